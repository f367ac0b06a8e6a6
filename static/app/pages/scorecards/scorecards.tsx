/* The scorecards that calls are judged by. */
import { useApi } from '../../api/use-api';
import type { Item } from '../../api/client';
import { to } from '../../routes';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';

const columns: Column<Item<'GET /scorecards'>>[] = [
  { key: 'name', label: 'Name', phone: 'lead', show: (s) => <strong>{s.name}</strong> },
  {
    key: 'version',
    label: 'Version',
    class: 'number',
    show: (s) => (
      <>
        <span class="narrow">Version </span>
        {s.version}
      </>
    ),
  },
  {
    key: 'questions',
    label: 'Questions',
    class: 'number',
    show: (s) => (
      <>
        {s.questions}
        <span class="narrow"> questions</span>
      </>
    ),
  },
];

export default function Scorecards() {
  const list = useApi('GET /scorecards');
  return (
    <Page title="Scorecards">
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading scorecards" />
      ) : list.data.items.length === 0 ? (
        <Empty>There is no scorecard, so calls are not scored.</Empty>
      ) : (
        <Panel>
          <DataTable
            label="Scorecards"
            rows={list.data.items}
            columns={columns}
            href={(s) => to.scorecard(s.id)}
          />
        </Panel>
      )}
    </Page>
  );
}
