/* The engines that analyse and judge, in the order in which they are tried; behind them the built-in
 * one. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { useLive } from '../../api/live';
import type { LanguageEngine } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { ModelForm } from './model-form';
import { ModelRow } from './model-row';

export function Models({ why }: { why: string | undefined }) {
  const engines = useApi('GET /language-engines', {}, true);
  const kinds = useApi('GET /language-engine-kinds');
  const [editing, edit] = useState<LanguageEngine | 'new'>();
  const [removing, remove] = useState<LanguageEngine>();
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
    void act(() => api('PUT /language-engine-order', { body: { ids: ids as never } }));
  };

  return (
    <Panel
      title="Language"
      class="models"
      side={
        <Button why={why} onClick={() => edit('new')}>
          Connect a language engine
        </Button>
      }
    >
      <p class="panel-note">
        {rows.length
          ? 'Summaries, and the scorecard questions that no rule decides, are asked of the first engine that is on. If it fails, the next is asked; behind the last stands the built-in engine, which costs nothing.'
          : 'No engine is connected: the built-in engine analyses calls and decides the questions that have a rule. Questions for a model stay unassessed.'}
      </p>
      {engines.error ? (
        <Failed error={engines.error} retry={engines.reload} />
      ) : !engines.data || !kinds.data ? (
        <Loading rows={2} label="Loading language engines" />
      ) : (
        <ol class="engine-list">
          {rows.map((e, n) => (
            <ModelRow
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
      {editing && kinds.data && (
        <ModelForm
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
          text="Its key is destroyed at once. Scores and analyses that it made stay."
          action="Remove"
          onClose={() => remove(undefined)}
          onYes={() => {
            void act(() => api('DELETE /language-engines/{}', { at: [removing.id] }));
            remove(undefined);
          }}
        />
      )}
    </Panel>
  );
}
