/* The operator's view of the service's own mails: new passwords, and that they were set. */
import type { Item } from '../../api/client';
import { useApi } from '../../api/use-api';
import { OperatorFrame } from '../../shell/operator';
import { fullTime } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import '../members/members.css';

type Mail = Item<'GET /platform/mails'>;

const names: Record<string, string> = {
  'password-reset': 'Link for a new password',
  'password-changed': 'That the password was changed',
};

function stateOf(m: Mail) {
  if (m.state === 'failed') return <span class="bad-ink">Not taken. {m.reason}</span>;
  return { waiting: 'On its way', sent: 'Sent', dropped: 'Withdrawn' }[m.state];
}

const columns: Column<Mail>[] = [
  { key: 'to', label: 'To', phone: 'lead', show: (m) => <strong>{m.recipient}</strong> },
  { key: 'what', label: 'What', show: (m) => names[m.template] ?? m.template },
  { key: 'state', label: 'State', class: 'invited-state', show: stateOf },
  { key: 'at', label: 'Since', phone: 'off', show: (m) => fullTime(m.created_at, 'UTC') },
];

export default function Mails() {
  const list = useApi('GET /platform/mails');
  return (
    <OperatorFrame>
      <Page title="Mails">
        {list.data && (
          <p class="note">
            {list.data.server
              ? `Sent through ${list.data.server}. Tenants see their own mails.`
              : 'No mail server is set up: see the setting smtp_url. Links are handed over by hand.'}
          </p>
        )}
        {list.error ? (
          <Failed error={list.error} retry={list.reload} />
        ) : !list.data ? (
          <Loading />
        ) : list.data.items.length === 0 ? (
          <Empty>The service has sent no mail of its own yet.</Empty>
        ) : (
          <Panel>
            <DataTable label="Mails" rows={list.data.items} columns={columns} />
          </Panel>
        )}
      </Page>
    </OperatorFrame>
  );
}
