/* All jobs of the service, for its operator: whether the whole is well, and the reins. */
import { useLocation } from 'preact-iso';
import { useApi } from '../../api/use-api';
import { usePoll } from '../../api/use-poll';
import type { Queues } from '../../api/types';
import { to } from '../../routes';
import { OperatorFrame } from '../../shell/operator';
import { age, count } from '../../ui/format';
import { Facts, Page, Tabs } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DeadTab } from './dead';
import { GatesTab } from './gates';
import { KindsTab } from './kinds-tab';
import { PausesTab } from './pauses-tab';
import { TenantsTab } from './tenants-tab';
import { WorkersTab } from './workers';
import '../work/work.css';
import './queues.css';

const redisWords = {
  'in use': 'in use',
  partly: 'out of reach for some workers: slower, nothing is lost',
  away: 'away: slower, nothing is lost',
};

function State({ of }: { of: Queues }) {
  return (
    <>
      {of.healthy ? (
        <p>
          <span class="answer good">Healthy</span> Work is being done as it comes.
        </p>
      ) : (
        <div role="alert" class="form-error">
          {of.problems.map((p) => (
            <p key={p}>{p}</p>
          ))}
        </div>
      )}
      <Facts
        class="inline"
        items={[
          ['Running', `${count(of.running)} of ${count(of.slots)} places`],
          ['Workers', count(of.workers)],
          ['Oldest waiting', of.oldest_at ? age(of.oldest_at) : 'none'],
          ['Last finished', of.last_done_at ? `${age(of.last_done_at)} ago` : 'nothing yet'],
          ['Redis', redisWords[of.redis]],
          ['Ledger', of.drift ? `off by ${count(of.drift)}` : 'exact'],
        ]}
      />
    </>
  );
}

const tabs = [
  { id: '', label: 'Kinds' },
  { id: 'tenants', label: 'Tenants' },
  { id: 'failed', label: 'Failed' },
  { id: 'workers', label: 'Workers' },
  { id: 'limits', label: 'Limits' },
  { id: 'pauses', label: 'Pauses' },
];

export default function QueuesPage() {
  const { query } = useLocation();
  const tab = query.tab ?? '';
  const state = useApi('GET /platform/queues');
  usePoll(3000, state.reload);
  return (
    <OperatorFrame>
      <Page title="Queues">
        {state.error && !state.data ? (
          <Failed error={state.error} retry={state.reload} />
        ) : !state.data ? (
          <Loading rows={2} />
        ) : (
          <State of={state.data} />
        )}
        <Tabs
          label="Queues"
          current={tab}
          tabs={tabs.map((t) => ({ ...t, href: to.queues(t.id) }))}
        />
        {tab === '' && state.data && <KindsTab rows={state.data.kinds} />}
        {tab === 'tenants' && <TenantsTab />}
        {tab === 'failed' && <DeadTab />}
        {tab === 'workers' && <WorkersTab />}
        {tab === 'limits' && <GatesTab />}
        {tab === 'pauses' && <PausesTab />}
      </Page>
    </OperatorFrame>
  );
}
