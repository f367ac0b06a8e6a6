/* Rows of what phone systems delivered, shared by the inbox and the page of an integration. */
import { zone } from '../../api/session';
import type { Delivery } from '../../api/types';
import { to } from '../../routes';
import { bytes, plural, whenOf } from '../../ui/format';
import { providerName } from '../integrations/words';
import { DataTable, type Column } from '../../ui/table';

export const deliveryStates: Record<string, { label: string; tone: string }> = {
  received: { label: 'Received', tone: 'none' },
  parsed: { label: 'Parsed', tone: 'good' },
  unparsed: { label: 'Unparsed', tone: 'bad' },
  ignored: { label: 'Ignored', tone: 'none' },
};

export function DeliveryState({ state }: { state: string }) {
  const { label, tone } = deliveryStates[state] ?? { label: state, tone: 'none' };
  return <span class={`answer ${tone}`}>{label}</span>;
}

const columns: Column<Delivery>[] = [
  {
    key: 'received_at',
    label: 'Received',
    phone: 'lead',
    show: (d) => whenOf(d.received_at, zone.value),
  },
  {
    key: 'integration',
    label: 'From',
    phone: 'more',
    show: (d) => d.integration_name || providerName(d.provider),
  },
  { key: 'state', label: 'State', phone: 'end', show: (d) => <DeliveryState state={d.state} /> },
  {
    key: 'reason',
    label: 'Result',
    class: 'wide-cell',
    show: (d) => d.reason || (d.calls ? plural(d.calls, 'call') : ''),
  },
  { key: 'source', label: 'Address', phone: 'off', show: (d) => d.source },
  { key: 'bytes', label: 'Size', class: 'number', phone: 'off', show: (d) => bytes(d.bytes) },
];

/** On the page of an integration it goes without saying whose they are. */
export const DeliveryTable = ({ rows, own = false }: { rows: Delivery[]; own?: boolean }) => (
  <DataTable
    label="Deliveries"
    rows={rows}
    columns={own ? columns.filter((c) => c.key !== 'integration') : columns}
    href={(d) => to.delivery(d.id)}
  />
);
