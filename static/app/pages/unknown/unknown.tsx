/* Calls whose agent nobody knows, by what the phone system or the file's name called them; each group
 * is given to somebody, and so are later calls of that name. */
import { useState } from 'preact/hooks';
import type { Item } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { count, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { Give, type Group } from './give';

type Row = Item<'GET /unknown-agents'> & { id: string };
type Name = Item<'GET /unknown-agents/names'> & { id: string };

export default function UnknownAgents() {
  const [giving, setGiving] = useState<Group>();
  const [cursor, setCursor] = useState<string>();
  const list = useApi(
    'GET /unknown-agents',
    { query: { limit: 100, ...(cursor && { cursor }) } },
    true,
  );
  const names = useApi('GET /unknown-agents/names', { query: { limit: 100 } }, true);
  const why = refusalFor('people.write');
  useLive((n) => n.kind.startsWith('call.'), list.reload);
  const rows: Row[] = (list.data?.items ?? [])
    .map((g) => ({ ...g, id: `${g.integration_id} ${g.key} ${g.note}` }))
    .sort((a, b) => b.calls - a.calls);

  const columns: Column<Row>[] = [
    {
      key: 'key',
      label: 'Called',
      phone: 'lead',
      show: (g) => (g.key ? <b>{g.key}</b> : <span>{g.note || 'Nobody was named'}</span>),
    },
    { key: 'system', label: 'Came from', show: (g) => g.integration_name },
    { key: 'calls', label: 'Calls', show: (g) => count(g.calls), class: 'number', phone: 'more' },
    {
      key: 'last',
      label: 'Last call',
      show: (g) => (
        <a href={to.call(g.last_call)}>
          {whenOf(g.last_call_at, zone.value)}
          {g.last_number && `, ${g.last_number}`}
        </a>
      ),
    },
    {
      key: 'give',
      label: 'Agent',
      phone: 'end',
      show: (g) => (
        <Button
          why={why}
          label={`Give to an agent: ${g.key || g.note || 'nobody named'}`}
          onClick={() => setGiving(g)}
        >
          Give to an agent
        </Button>
      ),
    },
  ];
  const known: Column<Name>[] = [
    { key: 'key', label: 'Called', phone: 'lead', show: (n) => <b>{n.key}</b> },
    { key: 'system', label: 'By', show: (n) => n.integration_name },
    { key: 'agent', label: 'Is', show: (n) => n.agent_name },
    {
      key: 'change',
      label: 'Agent',
      phone: 'end',
      show: (n) => (
        <Button
          why={why}
          label={`Change: ${n.key}`}
          onClick={() => setGiving({ ...n, note: '', calls: 0 })}
        >
          Change
        </Button>
      ),
    },
  ];
  const aliases: Name[] = (names.data?.items ?? []).map((n) => ({
    ...n,
    id: `${n.integration_id} ${n.key}`,
  }));

  return (
    <Page title="Unknown agents">
      {list.error && <Failed error={list.error} retry={list.reload} />}
      {!list.data && !list.error && <Loading rows={5} label="Loading unknown agents" />}
      {list.data && rows.length === 0 && (
        <Empty>Every call has an agent that is known. Calls without one gather here.</Empty>
      )}
      {rows.length > 0 && (
        <div class="panel">
          <DataTable label="Calls without a known agent" rows={rows} columns={columns} />
        </div>
      )}
      <Pager
        newer={cursor ? () => setCursor(undefined) : undefined}
        older={list.data?.next ? () => setCursor(list.data?.next ?? undefined) : undefined}
      />
      {aliases.length > 0 && (
        <Panel title="Names that are known">
          <DataTable label="Names that stand for agents" rows={aliases} columns={known} />
        </Panel>
      )}
      {giving && (
        <Give
          group={giving}
          onClose={() => setGiving(undefined)}
          done={() => {
            setGiving(undefined);
            list.reload();
            names.reload();
          }}
        />
      )}
    </Page>
  );
}
