/* Words and phrases that are watched for in all calls. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type Item } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { TrackerForm, speakers } from './form';
import './trackers.css';

const columns: Column<Item<'GET /trackers'>>[] = [
  {
    key: 'name',
    label: 'Name',
    phone: 'lead',
    show: (t) => (
      <>
        <strong>{t.name}</strong>
        {!t.active && <span class="note"> off</span>}
      </>
    ),
  },
  { key: 'speaker', label: 'Said by', show: (t) => speakers[t.speaker] ?? t.speaker },
  {
    key: 'patterns',
    label: 'Words',
    class: 'words',
    show: (t) => t.patterns.join(' · '),
  },
  {
    key: 'calls',
    label: 'Calls in 30 days',
    class: 'number',
    phone: 'end',
    show: (t) => t.calls_30d,
  },
];

export default function Trackers() {
  const list = useApi('GET /trackers', { query: { limit: 100 } });
  const { route } = useLocation();
  const why = refusalFor('scorecards.write');
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Trackers"
      actions={
        <Button kind="main" why={why} onClick={() => setAdding(true)}>
          Add a tracker
        </Button>
      }
    >
      {adding && (
        <Panel
          title="New tracker"
          class="connect"
          side={<Button onClick={() => setAdding(false)}>Cancel</Button>}
        >
          <TrackerForm
            start={{ name: '', kind: 'phrase', speaker: 'anyone', lines: '' }}
            action="Add"
            why={why}
            save={async (body) => {
              const made = await api('POST /trackers', { body });
              route(to.tracker(made.id));
            }}
          />
        </Panel>
      )}
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading trackers" />
      ) : list.data.items.length === 0 && !adding ? (
        <Empty>
          No trackers yet. A tracker finds words in every call, whatever engine transcribed it:
          competitors, promises, a new product.
        </Empty>
      ) : (
        list.data.items.length > 0 && (
          <Panel>
            <DataTable
              label="Trackers"
              rows={list.data.items}
              columns={columns}
              href={(t) => to.tracker(t.id)}
            />
          </Panel>
        )
      )}
    </Page>
  );
}
