/* The list with what can be done to all of it or to what is selected. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { Button } from '../../ui/button';
import { bytes, count, plural } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { EditFiles } from './edit-file';
import { change, entries, totals, type Entry } from './entries';
import type { Facts, Sources } from './facts';
import { FileList } from './file-list';
import { pause, remove, start } from './queue';

const atOnce = 200;

export function FilesPanel({
  factsOf,
  agents,
}: {
  factsOf: (e: Entry) => Facts;
  agents: Sources['agents'];
}) {
  const [chosen, setChosen] = useState(new Set<number>());
  const [editing, setEditing] = useState<Entry[]>();
  const [asking, setAsking] = useState(false);
  const all = entries.value;
  const choose = (ids: number[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids)
      if (on) next.add(id);
      else next.delete(id);
    setChosen(next);
  };
  const picked = all.filter((e) => chosen.has(e.id));
  const among = picked.length ? picked : all;
  const ids = (list: Entry[], ...states: Entry['state'][]) =>
    list.filter((e) => states.includes(e.state)).map((e) => e.id);
  const ready = ids(among, 'listed', 'paused');
  const running = ids(all, 'sending', 'waiting');
  const broken = all.filter((e) => e.state === 'failed' && e.tus).map((e) => e.id);
  const kept = among.filter((e) => e.state === 'done' && e.kept === true && e.call);

  const analyse = async () => {
    setAsking(true);
    let started = 0;
    try {
      for (let at = 0; at < kept.length; at += atOnce) {
        const some = kept.slice(at, at + atOnce);
        const answer = await api('POST /calls/analyse', {
          body: { calls: some.map((e) => e.call ?? '') },
        });
        started += answer.started;
        const refused = new Set(answer.refused);
        for (const e of some) if (!refused.has(e.call ?? '')) change(e.id, { kept: 'asked' });
      }
      toast(`The analysis of ${plural(started, 'call')} begins.`);
    } catch (e) {
      toast((e as Error).message, true);
    }
    setAsking(false);
  };

  return (
    <Panel title="Files" side={<Total />}>
      <div class="upload-bar">
        <label class="check">
          <input
            type="checkbox"
            checked={all.length > 0 && picked.length === all.length}
            onChange={(event) =>
              setChosen(new Set(event.currentTarget.checked ? all.map((e) => e.id) : []))
            }
          />
          {picked.length ? `${count(picked.length)} selected` : 'Select all'}
        </label>
        <div class="actions">
          {ready.length > 0 && (
            <Button kind="main" onClick={() => start(ready)}>
              Upload {plural(ready.length, 'file')}
            </Button>
          )}
          {running.length > 0 && <Button onClick={() => pause(running)}>Pause all</Button>}
          {broken.length > 0 && (
            <Button onClick={() => start(broken)}>Try {plural(broken.length, 'file')} again</Button>
          )}
          {kept.length > 0 && (
            <Button
              kind={ready.length ? 'plain' : 'main'}
              busy={asking}
              why={refusalFor('calls.write')}
              onClick={() => void analyse()}
            >
              Analyze {plural(kept.length, 'call')}
            </Button>
          )}
          {picked.length > 0 && (
            <>
              {ids(picked, 'listed', 'waiting').length > 0 && (
                <Button onClick={() => setEditing(picked)}>Change</Button>
              )}
              <Button onClick={() => remove(picked.map((e) => e.id))}>Remove</Button>
            </>
          )}
        </div>
      </div>
      <FileList
        entries={all}
        factsOf={factsOf}
        edit={(e) => setEditing([e])}
        chosen={chosen}
        choose={choose}
      />
      {editing && (
        <EditFiles files={editing} agents={agents} onClose={() => setEditing(undefined)} />
      )}
    </Panel>
  );
}

function Total() {
  const { files, bytes: size, sent, counts } = totals.value;
  const part = size ? Math.floor((sent / size) * 100) : 0;
  const said = [
    counts.done && `${count(counts.done)} of ${plural(files, 'file')} received`,
    counts.known && `${count(counts.known)} here already`,
    counts.failed && `${count(counts.failed)} failed`,
    !counts.done && !counts.sending && plural(files, 'file'),
    counts.sending || counts.waiting ? `${part} % of ${bytes(size)}` : bytes(size),
  ].filter(Boolean);
  return (
    <div class="upload-total">
      <p class="note" role="status">
        {said.join(' · ')}
      </p>
      {(counts.sending || counts.waiting) && (
        <progress max={100} value={part} aria-label="All files" />
      )}
    </div>
  );
}
