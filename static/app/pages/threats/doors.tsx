/* What was tried: sign-ins by account and network, hooks by phone system and network. */
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { plural, whenOf } from '../../ui/format';
import { to } from '../../routes';
import { Panel } from '../../ui/page';
import { DataTable, type Column } from '../../ui/table';
import { Share, type Seen } from './threats';

type Row<K extends 'accounts' | 'networks' | 'hooks'> = Seen[K][number] & { id: string };

const reasons = {
  signature: 'Wrong signature or password',
  source: 'Not from an address it takes',
  flood: 'Too many at once',
};

const most = (rows: { n?: number }[]): number => Math.max(1, ...rows.map((r) => r.n ?? 0));

export function Doors({
  of,
  why,
  block,
}: {
  of: Seen;
  why: string | undefined;
  block: (network: string) => void;
}) {
  const act = (network: string | null) =>
    network && (
      <Button kind="quiet" why={why} label={`Block ${network}`} onClick={() => block(network)}>
        Block
      </Button>
    );
  const networks: Column<Row<'networks'>>[] = [
    { key: 'network', label: 'Network', phone: 'lead', show: (r) => <strong>{r.network}</strong> },
    { key: 'n', label: 'Failed', show: (r) => <Share n={r.n ?? 0} most={most(of.networks)} /> },
    { key: 'accounts', label: 'Accounts', show: (r) => plural(r.accounts, 'account') },
    { key: 'last', label: 'Last', show: (r) => whenOf(r.last_at, zone.value) },
    { key: 'acts', label: 'Change', phone: 'end', class: 'acts', show: (r) => act(r.network) },
  ];
  const accounts: Column<Row<'accounts'>>[] = [
    { key: 'name', label: 'Account', phone: 'lead', show: (r) => <strong>{r.name}</strong> },
    { key: 'n', label: 'Failed', show: (r) => <Share n={r.n ?? 0} most={most(of.accounts)} /> },
    { key: 'networks', label: 'From', show: (r) => plural(r.networks, 'network') },
    { key: 'last', label: 'Last', phone: 'end', show: (r) => whenOf(r.last_at, zone.value) },
  ];
  const hooks: Column<Row<'hooks'>>[] = [
    {
      key: 'network',
      label: 'Network',
      phone: 'lead',
      show: (r) => <strong>{r.network ?? 'Many others'}</strong>,
    },
    {
      key: 'integration',
      label: 'Phone system',
      show: (r) => <a href={to.integration(r.integration_id)}>{r.integration}</a>,
    },
    { key: 'n', label: 'Refused', show: (r) => <Share n={r.n ?? 0} most={most(of.hooks)} /> },
    { key: 'reason', label: 'Why', show: (r) => reasons[r.reason] },
    {
      key: 'known',
      label: 'Sender',
      show: (r) => (r.known ? 'Has delivered calls' : <span class="note">Never delivered</span>),
    },
    { key: 'last', label: 'Last', show: (r) => whenOf(r.last_at, zone.value) },
    { key: 'acts', label: 'Change', phone: 'end', class: 'acts', show: (r) => act(r.network) },
  ];
  return (
    <>
      <Panel title="Failed sign-ins by network">
        {of.networks.length ? (
          <DataTable
            label="Failed sign-ins by network"
            rows={of.networks.map((r) => ({ ...r, id: r.network }))}
            columns={networks}
          />
        ) : (
          <p class="part note">No sign-in failed.</p>
        )}
      </Panel>
      {of.accounts.length > 0 && (
        <Panel title="Failed sign-ins by account">
          <DataTable
            label="Failed sign-ins by account"
            rows={of.accounts.map((r) => ({ ...r, id: r.name }))}
            columns={accounts}
          />
        </Panel>
      )}
      <Panel title="Refused hooks">
        {of.hooks.length ? (
          <DataTable
            label="Refused hooks"
            rows={of.hooks.map((r) => ({
              ...r,
              id: `${r.integration_id} ${r.reason} ${r.network}`,
            }))}
            columns={hooks}
          />
        ) : (
          <p class="part note">No hook was refused.</p>
        )}
      </Panel>
    </>
  );
}
