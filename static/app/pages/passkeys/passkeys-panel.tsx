/* One's own passkeys: which there are, adding one, removing one. */
import { useState } from 'preact/hooks';
import type { Reply } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { dateOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { ProofDialog } from '../factors/proof-dialog';
import { AddPasskey } from './add-passkey';
import { passkeysMissing } from './browser';
import { passkeyCalls } from './calls';

type Row = Reply<'GET /passkeys'>['passkeys'][number];

const columns = (remove: (row: Row) => void): Column<Row>[] => [
  { key: 'name', label: 'Name', show: (p) => <strong>{p.name}</strong>, phone: 'lead' },
  { key: 'made', label: 'Added', show: (p) => dateOf(p.created_at, zone.value), phone: 'off' },
  {
    key: 'used',
    label: 'Last used',
    show: (p) => (p.used_at ? dateOf(p.used_at, zone.value) : 'Never'),
    phone: 'off',
  },
  {
    key: 'both',
    label: 'Use',
    phone: 'only',
    show: (p) =>
      `Added ${dateOf(p.created_at, zone.value)}, ${p.used_at ? `used ${dateOf(p.used_at, zone.value)}` : 'never used'}`,
  },
  {
    key: 'remove',
    label: 'Remove',
    phone: 'end',
    show: (p) => (
      <Button kind="quiet" label={`Remove ${p.name}`} onClick={() => remove(p)}>
        Remove
      </Button>
    ),
  },
];

export function PasskeysPanel({
  operator = false,
  changed,
}: {
  operator?: boolean;
  /** The second factor as a whole may be another now. */
  changed: () => void;
}) {
  const state = useApi(operator ? 'GET /platform/passkeys' : 'GET /passkeys', {}, true);
  const calls = passkeyCalls(operator);
  const [adding, setAdding] = useState(false);
  const [going, setGoing] = useState<Row>();
  const close = () => {
    setAdding(false);
    setGoing(undefined);
    state.reload();
    changed();
  };
  if (state.error)
    return (
      <Panel title="Passkeys">
        <Failed error={state.error} retry={state.reload} />
      </Panel>
    );
  if (!state.data)
    return (
      <Panel title="Passkeys">
        <Loading rows={2} label="Loading your passkeys" />
      </Panel>
    );
  const { passkeys, most, hindrance } = state.data;
  const full = passkeys.length >= most ? `${most} are the most: remove one first.` : undefined;
  const why = hindrance ?? passkeysMissing() ?? full;
  return (
    <Panel title="Passkeys">
      {passkeys.length > 0 && (
        <DataTable label="Passkeys" rows={passkeys} columns={columns(setGoing)} />
      )}
      <div class="part form">
        <p class="note">
          {hindrance ??
            'A passkey signs in as second factor by a finger, a face or a PIN, and cannot be given away to a false page.'}
        </p>
        <div class="actions">
          <Button why={why} onClick={() => setAdding(true)}>
            Add passkey
          </Button>
        </div>
      </div>
      {adding && (
        <Dialog title="Add a passkey" onClose={close}>
          <AddPasskey
            calls={calls}
            done={() => {
              toast('The passkey is added.');
              close();
            }}
          />
        </Dialog>
      )}
      {going && (
        <ProofDialog
          title={`Remove the passkey ${going.name}?`}
          text="Signing in does not take it any more. Delete it on its device as well, or the browser goes on offering it."
          action="Remove"
          danger
          act={async (proof) => {
            await calls.remove(going.id, proof);
            toast('The passkey is removed.');
            close();
          }}
          onClose={close}
        />
      )}
    </Panel>
  );
}
