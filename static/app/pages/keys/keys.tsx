/* Keys for programs that use the API: what each may, from where, until when, and when it was last used. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { dateOf, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { ClientsDialog } from './clients-dialog';
import { KeyDialog } from './key-dialog';

type Key = Item<'GET /api-keys'>;

const over = (k: Key) => k.expires_at !== null && Date.parse(k.expires_at) <= Date.now();

function State({ of: k }: { of: Key }) {
  if (k.revoked_at) return <span class="answer none">Revoked</span>;
  if (over(k)) return <span class="answer warn">Ended</span>;
  return <span class="answer good">Works</span>;
}

export default function Keys() {
  const { query } = useLocation();
  const list = useApi('GET /api-keys', { query: { limit: 50, cursor: query.cursor } }, true);
  const paging = usePaging(list.data?.next);
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Key>();
  const [clients, setClients] = useState<Key>();
  const [busy, setBusy] = useState(false);
  const why = refusalFor('api_keys.write');

  const revoke = async (key: Key) => {
    setBusy(true);
    try {
      await api('DELETE /api-keys/{}', { at: [key.id] });
      toast(`${key.name} is revoked.`);
      list.reload();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
    setEnding(undefined);
  };

  const columns: Column<Key>[] = [
    {
      key: 'name',
      label: 'Name',
      phone: 'lead',
      show: (k) => (
        <>
          <strong>{k.name}</strong> <code class="note">{k.prefix}…</code>
        </>
      ),
    },
    { key: 'state', label: 'State', phone: 'end', show: (k) => <State of={k} /> },
    { key: 'role', label: 'Role', show: (k) => k.role_name },
    {
      key: 'from',
      label: 'Only from',
      show: (k) => (k.networks ? <code>{k.networks}</code> : <span class="note">Anywhere</span>),
    },
    {
      key: 'used',
      label: 'Last used',
      show: (k) => (k.used_at ? whenOf(k.used_at, zone.value) : <span class="note">Not yet</span>),
    },
    {
      key: 'clients',
      label: 'Clients',
      show: (k) => (
        <Button
          kind="quiet"
          label={`${k.clients || 'None'}: clients that use ${k.name} by tokens`}
          onClick={() => setClients(k)}
        >
          {k.clients || 'None'}
        </Button>
      ),
    },
    {
      key: 'ends',
      label: 'Ends',
      show: (k) =>
        k.expires_at ? dateOf(k.expires_at, zone.value) : <span class="note">Never</span>,
    },
    {
      key: 'act',
      label: 'Actions',
      class: 'acts',
      show: (k) =>
        !k.revoked_at && (
          <Button kind="quiet" why={why} label={`Revoke ${k.name}`} onClick={() => setEnding(k)}>
            Revoke
          </Button>
        ),
    },
  ];

  return (
    <Page
      title="API keys"
      actions={
        <Button kind="main" why={why} onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading keys" />
      ) : list.data.items.length === 0 ? (
        <Empty>No program uses the API yet.</Empty>
      ) : (
        <Panel>
          <DataTable label="API keys" rows={list.data.items} columns={columns} />
        </Panel>
      )}
      <Pager newer={paging.newer} older={paging.older} />
      {making && <KeyDialog onClose={() => setMaking(false)} done={list.reload} />}
      {clients && (
        <ClientsDialog
          of={clients}
          why={why}
          onClose={() => setClients(undefined)}
          changed={list.reload}
        />
      )}
      {ending && (
        <Confirm
          title={`Revoke ${ending.name}?`}
          text="Whatever uses it is refused within a second."
          action="Revoke"
          busy={busy}
          onYes={() => void revoke(ending)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  );
}
