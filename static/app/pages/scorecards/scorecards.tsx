/* All scorecards, with what each is: in use, a draft, or out of use. */
import { useState } from 'preact/hooks';
import type { Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { NewCard } from './new-card';
import { stateSentence } from './words';

type Row = Item<'GET /scorecards'>;

const columns: Column<Row>[] = [
  { key: 'name', label: 'Name', phone: 'lead', show: (s) => <strong>{s.name}</strong> },
  { key: 'state', label: 'State', show: stateSentence },
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
  {
    key: 'changed',
    label: 'Since',
    phone: 'off',
    show: (s) => whenOf(s.changed_at, zone.value),
  },
];

export default function Scorecards() {
  const list = useApi('GET /scorecards', { query: { limit: 100 } });
  const [making, setMaking] = useState(false);
  const fresh = (
    <Button kind="main" why={refusalFor('scorecards.write')} onClick={() => setMaking(true)}>
      New scorecard
    </Button>
  );
  return (
    <Page title="Scorecards" actions={fresh}>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading scorecards" />
      ) : list.data.items.length === 0 ? (
        <Empty action={fresh}>There is no scorecard, so calls are not scored.</Empty>
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
      {making && <NewCard onClose={() => setMaking(false)} />}
    </Page>
  );
}
