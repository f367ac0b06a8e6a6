/* Notes that people wrote on a call. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, session, zone } from '../../api/session';
import type { CallFull } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { whenOf } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { Panel } from '../../ui/page';
import { Failed } from '../../ui/states';
import { toast } from '../../ui/toast';

export function NotesPanel({ call }: { call: CallFull }) {
  const notes = useApi('GET /calls/{}/notes', { at: [call.id], query: { limit: 100 } }, true);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const why = refusalFor('calls.write');
  const me = session.value?.user.id;
  useLive((n) => n.object === call.id, notes.reload);

  const act = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      notes.reload();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };
  const add = () =>
    act(async () => {
      await api('POST /calls/{}/notes', { at: [call.id], body: { body: text.trim() } });
      setText('');
    });

  return (
    <Panel title="Notes">
      <div class="part notes">
        {notes.error && <Failed error={notes.error} retry={notes.reload} />}
        {notes.data?.items.length ? (
          <ul>
            {notes.data.items.map((n) => (
              <li key={n.id}>
                <div>
                  <p class="note-text">{n.body}</p>
                  <p class="note">
                    {n.by ?? 'By a program'}, {whenOf(n.created_at, zone.value)}
                  </p>
                </div>
                {me && n.by_id === me && (
                  <Button
                    kind="quiet"
                    label="Remove this note"
                    onClick={() =>
                      void act(() => api('DELETE /calls/{}/notes/{}', { at: [call.id, n.id] }))
                    }
                  >
                    <Icon name="close" />
                  </Button>
                )}
              </li>
            ))}
          </ul>
        ) : (
          notes.data && <p class="note">Nobody has written one yet.</p>
        )}
        <form
          class="note-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() && !why) void add();
          }}
        >
          <textarea
            aria-label="New note"
            rows={2}
            maxLength={4000}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" why={why} busy={busy}>
            Add note
          </Button>
        </form>
      </div>
    </Panel>
  );
}
