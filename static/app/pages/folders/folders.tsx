/* The folders that recordings are taken from, and how each is doing. */
import { refusalFor, zone } from '../../api/session';
import type { DropFolder } from '../../api/types';
import { useApi } from '../../api/use-api';
import { usePoll } from '../../api/use-poll';
import { to } from '../../routes';
import { LinkButton } from '../../ui/button';
import { count, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { State } from '../integrations/state';
import { kindName } from './words';
import '../integrations/integrations.css';

const columns: Column<DropFolder>[] = [
  { key: 'name', label: 'Name', phone: 'lead', show: (f) => <strong>{f.name}</strong> },
  { key: 'kind', label: 'Where', show: (f) => kindName(f.kind) },
  {
    key: 'of',
    label: 'Recordings of',
    show: (f) => f.integration_name ?? <span class="note">No phone system</span>,
  },
  {
    key: 'state',
    label: 'State',
    phone: 'end',
    show: (f) => <State state={f.state} reason={f.state_reason} />,
  },
  { key: 'why', label: 'Reason', phone: 'only', show: (f) => f.state_reason },
  {
    key: 'looked',
    label: 'Looked into',
    show: (f) =>
      f.looked_at ? whenOf(f.looked_at, zone.value) : <span class="note">Not yet</span>,
  },
  { key: 'waiting', label: 'Waiting', class: 'number', show: (f) => count(f.waiting) },
  { key: 'done', label: 'Taken in 24 hours', class: 'number', show: (f) => count(f.done_24h) },
  {
    key: 'failed',
    label: 'Failed',
    class: 'number',
    show: (f) =>
      f.failed ? <b class="bad-ink">{count(f.failed)}</b> : <span class="wide">0</span>,
  },
];

export default function Folders() {
  const list = useApi('GET /drop-folders', {}, true);
  usePoll(10_000, list.reload);
  const add = (
    <LinkButton kind="main" href={to.newFolder()} why={refusalFor('integrations.write')}>
      Add a folder
    </LinkButton>
  );
  return (
    <Page title="Drop folders" actions={add}>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading drop folders" />
      ) : list.data.items.length === 0 ? (
        <Empty action={add}>
          Recordings can be taken from a folder of the server, an SFTP server or a bucket. There is
          none yet.
        </Empty>
      ) : (
        <Panel>
          <DataTable
            label="Drop folders"
            rows={list.data.items}
            columns={columns}
            href={(f) => to.folder(f.id)}
          />
        </Panel>
      )}
    </Page>
  );
}
