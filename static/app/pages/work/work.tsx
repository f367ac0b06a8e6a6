/* What is done behind the scenes for a tenant's calls: under way, failed, ended. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type Query } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { usePoll } from '../../api/use-poll';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { ChipMenu } from '../../ui/chip';
import { Confirm } from '../../ui/dialog';
import { age, count, plural } from '../../ui/format';
import { Page, Panel, Tabs } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { Pager } from '../../ui/table';
import { JobTable } from './job-table';
import { kindChoices, kindName } from './kinds';
import { PauseDialog, Pauses } from './pauses';
import { attempt } from './words';
import './work.css';

type State = NonNullable<Query<'GET /jobs'>>['state'];

const tabs = { '': 'waiting', failed: 'dead', ended: 'ended' } as const;
type Tab = keyof typeof tabs;

const nothing: Record<Tab, string> = {
  '': 'Nothing is under way: every call has been worked off.',
  failed: 'Nothing has failed.',
  ended: 'Nothing was done in the last 30 days.',
};

function RetryAll({ kind, failed, reload }: { kind: string; failed: number; reload: () => void }) {
  const [asking, setAsking] = useState(false);
  const what = kind ? `${count(failed)} × “${kindName(kind)}”` : plural(failed, 'failed job');
  const go = async () => {
    setAsking(false);
    await attempt(
      () => api('POST /jobs/retry', { body: kind ? { kind } : {} }),
      `${plural(Math.min(failed, 1000), 'job')} tried again.`,
      reload,
    );
  };
  return (
    <>
      <Button why={refusalFor('jobs.write')} onClick={() => setAsking(true)}>
        Try all again
      </Button>
      {asking && (
        <Confirm
          title="Try all again?"
          text={`${what}: each begins anew from its first attempt, at most 1,000 at a time.`}
          action="Try again"
          onYes={() => void go()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

export default function Work() {
  const { query, route } = useLocation();
  const tab: Tab = query.state === 'failed' || query.state === 'ended' ? query.state : '';
  const kind = query.kind ?? '';
  const filter = { kind: kind || undefined, call: query.call || undefined };
  const state: State = tabs[tab];
  const [pausing, setPausing] = useState(false);
  const summary = useApi('GET /jobs/summary');
  const list = useApi('GET /jobs', { query: { ...filter, state, cursor: query.cursor } }, true);
  const first = tab === '' && !query.cursor;
  const running = useApi(first ? 'GET /jobs' : null, {
    query: { ...filter, state: 'running' as State, limit: 100 },
  });
  const paging = usePaging(list.data?.next);
  const reload = () => {
    summary.reload();
    list.reload();
    if (first) running.reload();
  };
  usePoll(3000, reload);
  usePoll(1000, () => {
    if (first && running.data?.items.length) running.reload();
  });

  const set = (change: Record<string, string>) =>
    route(to.work({ state: tab, kind, call: query.call ?? '', ...change }));
  const counted = (summary.data?.counts ?? []).filter((c) => !kind || c.kind === kind);
  const many = (...states: string[]) =>
    counted.filter((c) => states.includes(c.state)).reduce((n, c) => n + c.jobs, 0);
  const failed = many('dead');
  const rows = [...(first ? (running.data?.items ?? []) : []), ...(list.data?.items ?? [])];
  const ready = list.data && (!first || running.data);
  const error = list.error ?? (first ? running.error : undefined);

  return (
    <Page
      title="Work"
      actions={
        <>
          {tab === 'failed' && failed > 0 && (
            <RetryAll kind={kind} failed={failed} reload={reload} />
          )}
          <Button why={refusalFor('jobs.write')} onClick={() => setPausing(true)}>
            Pause
          </Button>
        </>
      }
    >
      <Pauses list={summary.data?.pauses ?? []} reload={reload} />
      <Tabs
        label="Jobs"
        current={tab}
        tabs={[
          { id: '', label: `Under way ${count(many('queued', 'blocked', 'running'))}` },
          { id: 'failed', label: `Failed ${count(failed)}` },
          { id: 'ended', label: 'Ended' },
        ].map((t) => ({ ...t, href: to.work({ state: t.id, kind, call: query.call ?? '' }) }))}
      />
      <div class="above-list">
        <div class="chips" role="group" aria-label="Filters">
          <ChipMenu
            label="What"
            value={kind}
            choices={kindChoices}
            onChange={(value) => set({ kind: value })}
          />
          {query.call && (
            <button type="button" class="chip on" onClick={() => set({ call: '' })}>
              One call only ×
            </button>
          )}
        </div>
        <p class="below">
          {count(many('running'))} running, {count(many('queued', 'blocked'))} waiting
          {summary.data?.oldest_waiting_at &&
            `, the oldest for ${age(summary.data.oldest_waiting_at)}`}
        </p>
      </div>
      {error ? (
        <Failed error={error} retry={reload} />
      ) : !ready ? (
        <Loading label="Loading jobs" />
      ) : rows.length ? (
        <Panel class={list.stale ? 'stale' : ''}>
          <JobTable rows={rows} reload={reload} />
        </Panel>
      ) : (
        <Empty
          action={
            kind || query.call ? (
              <Button onClick={() => route(to.work({ state: tab }))}>Show all</Button>
            ) : undefined
          }
        >
          {kind || query.call ? 'No jobs match.' : nothing[tab]}
        </Empty>
      )}
      <Pager newer={paging.newer} older={paging.older} />
      {pausing && (
        <PauseDialog
          what="Pause work"
          onClose={() => setPausing(false)}
          onPause={async (of, reason) => {
            await api('POST /jobs/pauses', { body: { kind: of, reason } });
            reload();
          }}
        />
      )}
    </Page>
  );
}
