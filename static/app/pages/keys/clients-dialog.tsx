/* The clients that use a key by short-lived tokens: since when, from where, and ending one. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Confirm, Dialog } from '../../ui/dialog';
import { whenOf } from '../../ui/format';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import './keys.css';

type Client = Reply<'GET /api-keys/{}/tokens'>['families'][number];

const nameOf = (c: Client) => c.client || 'Without a name';

interface Props {
  of: { id: string; name: string };
  why?: string;
  onClose: () => void;
  changed: () => void;
}

export function ClientsDialog({ of, why, onClose, changed }: Props) {
  const list = useApi('GET /api-keys/{}/tokens', { at: [of.id] }, true);
  const [ending, setEnding] = useState<Client>();
  const [busy, setBusy] = useState(false);

  const end = async (client: Client) => {
    if (busy) return;
    setBusy(true);
    try {
      await api('DELETE /api-keys/{}/tokens/{}', { at: [of.id, client.id] });
      toast(`The tokens of ${nameOf(client)} have ended.`);
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
    setEnding(undefined);
    list.reload();
    changed();
  };

  const columns: Column<Client>[] = [
    { key: 'client', label: 'Client', phone: 'lead', show: (c) => <strong>{nameOf(c)}</strong> },
    {
      key: 'state',
      label: 'State',
      phone: 'end',
      show: (c) =>
        c.ended_at ? (
          <span class="answer bad">Token used twice</span>
        ) : (
          <span class="answer good">In use</span>
        ),
    },
    {
      key: 'since',
      label: 'Since',
      phone: 'off',
      show: (c) => whenOf(c.created_at, zone.value),
    },
    { key: 'last', label: 'Last refresh', show: (c) => whenOf(c.refreshed_at, zone.value) },
    { key: 'address', label: 'From', show: (c) => c.address },
    {
      key: 'ends',
      label: 'Ends',
      phone: 'off',
      show: (c) => whenOf(c.ended_at ?? c.expires_at, zone.value),
    },
    {
      key: 'act',
      label: 'Actions',
      class: 'acts',
      show: (c) =>
        !c.ended_at && (
          <Button
            kind="quiet"
            why={why}
            label={`End the tokens of ${nameOf(c)}`}
            onClick={() => setEnding(c)}
          >
            End
          </Button>
        ),
    },
  ];

  return (
    <Dialog title={`Clients of ${of.name}`} onClose={onClose} class="clients-dialog">
      <div class="part">
        <p class="note">
          A client exchanges the key for an access token of 15 minutes and a refresh token that is
          good once. One that is used twice may have been copied: then all tokens of that client
          end, and owners are told by mail.
        </p>
        {list.error ? (
          <Failed error={list.error} retry={list.reload} />
        ) : !list.data ? (
          <Loading rows={2} label="Loading clients" />
        ) : list.data.families.length === 0 ? (
          <p>No client uses this key by tokens.</p>
        ) : (
          <DataTable label={`Clients of ${of.name}`} rows={list.data.families} columns={columns} />
        )}
      </div>
      {ending && (
        <Confirm
          title={`End the tokens of ${nameOf(ending)}?`}
          text="It is refused within a second. With the key itself it can get new ones: to keep it out, revoke the key."
          action="End them"
          busy={busy}
          onYes={() => void end(ending)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Dialog>
  );
}
