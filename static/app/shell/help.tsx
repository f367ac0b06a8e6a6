/* The list of keys that work right now. */
import { Dialog } from '../ui/dialog';
import { shortcuts } from '../ui/keys';

export function Help({ onClose }: { onClose: () => void }) {
  const groups = [...new Set(shortcuts.value.map((s) => s.group))];
  return (
    <Dialog title="Keys" onClose={onClose} class="help">
      {groups.map((group) => (
        <section key={group}>
          <h3>{group}</h3>
          <dl>
            {shortcuts.value
              .filter((s) => s.group === group)
              .map((s) => (
                <div key={s.label}>
                  <dt>{s.label}</dt>
                  <dd>
                    {(s.shown ? [s.shown] : s.keys.map((k) => k.toUpperCase())).map((k) => (
                      <kbd key={k} class="kbd">
                        {k}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
