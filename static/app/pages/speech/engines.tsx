/* The engines that transcribe, in the order in which they are tried: connecting, testing, prices;
 * and the words they are to expect. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor } from '../../api/session';
import type { SpeechEngine } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { Models } from '../language/models';
import { Spending } from '../spend/spending';
import { EngineForm } from './engine-form';
import { EngineRow } from './engine-row';
import { Corrections, Hints } from './words';
import './speech.css';

export default function Engines() {
  const engines = useApi('GET /speech-engines', {}, true);
  const kinds = useApi('GET /speech-engine-kinds');
  const [editing, edit] = useState<SpeechEngine | 'new'>();
  const [removing, remove] = useState<SpeechEngine>();
  const why = refusalFor('integrations.write');
  useLive((n) => n.kind === 'engine.updated', engines.reload);

  const rows = engines.data?.items ?? [];
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (e) {
      toast((e as Error).message, true);
    }
    engines.reload();
  };
  const move = (from: number, by: number) => {
    const ids = rows.map((e) => e.id);
    const [id] = ids.splice(from, 1);
    ids.splice(from + by, 0, id!);
    void act(() => api('PUT /speech-engine-order', { body: { ids: ids as never } }));
  };
  const offline = kinds.data?.items.find((k) => k.kind === 'pocketsphinx');

  return (
    <Page
      title="Engines"
      class="speech"
      above={{ href: to.settings(), label: 'Settings' }}
      actions={
        <Button kind="main" why={why} onClick={() => edit('new')}>
          Connect an engine
        </Button>
      }
    >
      <Panel title="Speech">
        <p class="panel-note">
          {rows.length
            ? 'Each call goes to the first engine that is on. If that one fails, the next takes it; while it is only busy, the call waits.'
            : (offline &&
                `No engine is connected: calls are transcribed by ${offline.title}. ${offline.notice}`) ||
              ''}
        </p>
        {engines.error ? (
          <Failed error={engines.error} retry={engines.reload} />
        ) : !engines.data || !kinds.data ? (
          <Loading rows={2} label="Loading engines" />
        ) : (
          <ol class="engine-list">
            {rows.map((e, n) => (
              <EngineRow
                key={e.id}
                engine={e}
                kind={kinds.data?.items.find((k) => k.kind === e.kind)}
                why={why}
                up={n > 0 ? () => move(n, -1) : undefined}
                down={n < rows.length - 1 ? () => move(n, 1) : undefined}
                edit={() => edit(e)}
                remove={() => remove(e)}
                act={act}
              />
            ))}
          </ol>
        )}
      </Panel>
      <Models why={why} />
      <Spending why={why} />
      <div class="speech-words">
        <Hints why={why} />
        <Corrections why={why} />
      </div>
      {editing && kinds.data && (
        <EngineForm
          kinds={kinds.data.items}
          of={editing === 'new' ? undefined : editing}
          onClose={() => edit(undefined)}
          saved={() => {
            edit(undefined);
            engines.reload();
          }}
        />
      )}
      {removing && (
        <Confirm
          title={`Remove ${removing.name}?`}
          text="Its key is destroyed at once. Transcripts that it wrote stay."
          action="Remove"
          onClose={() => remove(undefined)}
          onYes={() => {
            void act(() => api('DELETE /speech-engines/{}', { at: [removing.id] }));
            remove(undefined);
          }}
        />
      )}
    </Page>
  );
}
