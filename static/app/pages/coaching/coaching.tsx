/* What agents are to practise: theirs for agents, those of the team for who gives them. */
import { useLocation } from 'preact-iso';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Page, Panel, Tabs } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { Pager } from '../../ui/table';
import { Plans } from './plans';

const tabs = ['open', 'acknowledged', 'done', 'cancelled'] as const;
const labels = { open: 'Not read yet', acknowledged: 'Read', done: 'Done', cancelled: 'Cancelled' };
const nothing = {
  open: 'No plan waits to be read.',
  acknowledged: 'No plan is being worked on.',
  done: 'No plan is done yet.',
  cancelled: 'No plan was cancelled.',
};

export default function Coaching() {
  const { query } = useLocation();
  const tab = tabs.find((t) => t === query.tab) ?? 'open';
  const list = useApi(
    'GET /coaching-plans',
    { query: { state: tab, limit: 50, cursor: query.cursor } },
    true,
  );
  const paging = usePaging(list.data?.next);
  return (
    <Page title="Coaching">
      <Tabs
        label="Coaching plans"
        current={tab}
        tabs={tabs.map((t) => ({ id: t, label: labels[t], href: to.coaching(t) }))}
      />
      {list.error && <Failed error={list.error} retry={list.reload} />}
      {!list.data && !list.error && <Loading label="Loading coaching plans" />}
      {list.data?.items.length === 0 && (
        <Empty>
          {nothing[tab]}
          {tab === 'open' &&
            !refusalFor('reviews.write') &&
            ' Open a call and choose “Plan coaching”.'}
        </Empty>
      )}
      {list.data && list.data.items.length > 0 && (
        <Panel>
          <Plans plans={list.data.items} reload={list.reload} />
        </Panel>
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </Page>
  );
}
