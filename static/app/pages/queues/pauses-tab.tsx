/* What is paused: by the operator for all or one tenant, or by a tenant for itself. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import type { Pause } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { age } from '../../ui/format';
import type { Column } from '../../ui/table';
import { kindName } from '../work/kinds';
import { PauseDialog } from '../work/pauses';
import { attempt } from '../work/words';
import { List } from './list';

const columns = (end: (p: Pause) => void): Column<Pause>[] => [
  {
    key: 'kind',
    label: 'What',
    phone: 'lead',
    show: (p) => (p.kind ? kindName(p.kind) : 'All work'),
  },
  { key: 'tenant', label: 'Of', show: (p) => p.tenant_name ?? 'all tenants' },
  { key: 'by', label: 'By', show: (p) => p.by || 'the operator' },
  { key: 'created_at', label: 'For', phone: 'end', show: (p) => age(p.created_at) },
  { key: 'reason', label: 'Reason', class: 'wide-cell', show: (p) => p.reason },
  {
    key: 'act',
    label: 'Actions',
    class: 'w-act',
    show: (p) => (
      <Button kind="quiet" onClick={() => end(p)}>
        Let it go on
      </Button>
    ),
  },
];

export function PausesTab() {
  const list = useApi('GET /platform/pauses');
  const [adding, setAdding] = useState(false);
  const end = (p: Pause) =>
    void attempt(
      () => api('DELETE /platform/pauses/{}', { at: [p.id] }),
      'It goes on.',
      list.reload,
    );
  return (
    <>
      <div>
        <Button onClick={() => setAdding(true)}>Pause for all tenants</Button>
      </div>
      <List
        label="Pauses"
        of={list}
        idOf={(p) => p.id}
        columns={columns(end)}
        empty="Nothing is paused."
      />
      {adding && (
        <PauseDialog
          what="Pause for all tenants"
          onClose={() => setAdding(false)}
          onPause={async (kind, reason) => {
            await api('POST /platform/pauses', { body: { kind, reason } });
            list.reload();
          }}
        />
      )}
    </>
  );
}
