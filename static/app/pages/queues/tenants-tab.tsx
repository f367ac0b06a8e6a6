/* Who has how much to do, what share of the turns they get, and whether their ledgers are exact. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api } from '../../api/client';
import type { QueueTenant } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { age, count } from '../../ui/format';
import type { Column } from '../../ui/table';
import { PauseDialog } from '../work/pauses';
import { attempt } from '../work/words';
import { Counted, List } from './list';
import { NumberDialog } from './number-dialog';

type Doing = { what: 'share' | 'pause'; tenant: QueueTenant };

const PROBE_MS = 5000;

const columns = (
  doing: (d: Doing) => void,
  probe: (t: QueueTenant) => void,
): Column<QueueTenant>[] => [
  { key: 'name', label: 'Tenant', phone: 'lead', show: (t) => <strong>{t.name}</strong> },
  {
    key: 'waiting',
    label: 'Waiting',
    class: 'number',
    show: (t) => <Counted label="waiting" n={t.waiting} />,
  },
  {
    key: 'running',
    label: 'Running',
    class: 'number',
    show: (t) => <Counted label="running" n={t.running} />,
  },
  {
    key: 'dead',
    label: 'Failed',
    class: 'number failed-cell',
    show: (t) => t.dead > 0 && <Counted label="failed" n={t.dead} />,
  },
  {
    key: 'oldest_at',
    label: 'Oldest',
    class: 'number',
    phone: 'end',
    show: (t) => t.oldest_at && age(t.oldest_at),
  },
  {
    key: 'share',
    label: 'Share',
    show: (t) =>
      `×${t.weight}${t.max_running === null ? '' : `, ${count(t.max_running)} at a time`}`,
  },
  {
    key: 'drift',
    label: 'Ledger',
    show: (t) =>
      t.drift ? <span class="answer bad">off by {count(t.drift)}</span> : <span>exact</span>,
  },
  {
    key: 'act',
    label: 'Actions',
    class: 'w-act',
    show: (t) => (
      <span class="row-actions">
        <Button
          kind="quiet"
          label={`Share of ${t.name}`}
          onClick={() => doing({ what: 'share', tenant: t })}
        >
          Share
        </Button>
        <Button
          kind="quiet"
          label={`Pause ${t.name}`}
          onClick={() => doing({ what: 'pause', tenant: t })}
        >
          Pause
        </Button>
        <Button kind="quiet" label={`Try the queue as ${t.name}`} onClick={() => probe(t)}>
          Try
        </Button>
      </span>
    ),
  },
];

export function TenantsTab() {
  const { query } = useLocation();
  const list = useApi('GET /platform/queues/tenants', { query: { cursor: query.cursor } }, true);
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const t = doing?.tenant;
  const probe = (of: QueueTenant) =>
    void attempt(
      () => api('POST /platform/queues/probe', { body: { tenant: of.id, ms: PROBE_MS } }),
      `A job that waits for ${PROBE_MS / 1000} seconds was added.`,
      list.reload,
    );
  return (
    <>
      <List
        label="Tenants"
        of={list}
        idOf={(x) => x.id}
        columns={columns(setDoing, probe)}
        empty="No tenants yet."
      />
      {t && doing?.what === 'share' && (
        <NumberDialog
          title={`Share of ${t.name}`}
          fields={[
            {
              name: 'weight',
              label: 'Weight',
              value: t.weight,
              required: true,
              help: 'Turns for each turn of a tenant of weight 1.',
            },
            {
              name: 'max_running',
              label: 'Jobs at a time',
              value: t.max_running,
              help: 'Empty: no limit of its own.',
            },
          ]}
          onSave={async ({ weight, max_running }) => {
            await api('PUT /platform/tenants/{}/share', {
              at: [t.id],
              body: { weight: weight ?? 0, max_running },
            });
            list.reload();
          }}
          onClose={close}
        />
      )}
      {t && doing?.what === 'pause' && (
        <PauseDialog
          what={`Pause ${t.name}`}
          onClose={close}
          onPause={async (kind, reason) => {
            await api('POST /platform/pauses', { body: { tenant: t.id, kind, reason } });
            list.reload();
          }}
        />
      )}
    </>
  );
}
