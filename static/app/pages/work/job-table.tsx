/* Rows of jobs: what each does, for which call, how far it is, and what can be done about it. */
import { api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { Job } from '../../api/types';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { age, fullTime, whenOf } from '../../ui/format';
import { DataTable, type Column } from '../../ui/table';
import { kindName } from './kinds';
import { attempt, isLiving, stateOf, whyOf } from './words';

function State({ job }: { job: Job }) {
  const { label, tone } = stateOf(job);
  return (
    <span class={`answer ${tone}`}>
      {label}
      {job.state === 'running' && job.progress > 0 && ` ${job.progress} %`}
    </span>
  );
}

function Call({ job }: { job: Job }) {
  if (!job.call_id) return null;
  return <a href={to.call(job.call_id)}>{job.call_number || 'Call'}</a>;
}

/** Its attempts, once there was more than one; deaths are workers that died at it. */
function attempts(job: Job): string {
  const tries = isLiving(job) && job.state !== 'dead' ? job.attempt + 1 : job.attempt;
  const text = tries > 1 ? (job.max_attempts ? `${tries} of ${job.max_attempts}` : `${tries}`) : '';
  return job.deaths ? `${text}${text ? ', ' : ''}cut off ${job.deaths}×` : text;
}

function Act({ job, reload }: { job: Job; reload: () => void }) {
  const why = refusalFor('jobs.write');
  if (!isLiving(job)) return null;
  const name = kindName(job.kind);
  const ask = (path: 'POST /jobs/{}/retry' | 'POST /jobs/{}/cancel', done: string) =>
    void attempt(() => api(path, { at: [job.id] }), done, reload);
  return (
    <span class="row-actions">
      {job.state === 'dead' && !job.retry_asked && (
        <Button
          kind="quiet"
          why={why}
          label={`Try again: ${name}`}
          onClick={() => ask('POST /jobs/{}/retry', 'It is tried again.')}
        >
          Try again
        </Button>
      )}
      {!job.cancel_asked && (
        <Button
          kind="quiet"
          why={why}
          label={`${job.state === 'dead' ? 'Give up' : 'Cancel'}: ${name}`}
          onClick={() => ask('POST /jobs/{}/cancel', 'It is being cancelled.')}
        >
          {job.state === 'dead' ? 'Give up' : 'Cancel'}
        </Button>
      )}
    </span>
  );
}

const columns = (reload: () => void): Column<Job>[] => [
  { key: 'kind', label: 'What', phone: 'lead', class: 'w-kind', show: (j) => kindName(j.kind) },
  { key: 'state', label: 'State', phone: 'end', class: 'w-state', show: (j) => <State job={j} /> },
  { key: 'call', label: 'For', phone: 'more', class: 'w-call', show: (j) => <Call job={j} /> },
  {
    key: 'created_at',
    label: 'Since',
    class: 'w-since',
    show: (j) => (
      <time dateTime={j.created_at} title={fullTime(j.created_at, zone.value)}>
        {isLiving(j) ? age(j.created_at) : whenOf(j.finished_at ?? j.created_at, zone.value)}
      </time>
    ),
  },
  { key: 'attempt', label: 'Attempt', class: 'w-attempt', show: attempts },
  { key: 'reason', label: 'Why', class: 'wide-cell', show: (j) => whyOf(j, zone.value) },
  { key: 'act', label: 'Actions', class: 'w-act', show: (j) => <Act job={j} reload={reload} /> },
];

export const JobTable = ({ rows, reload }: { rows: Job[]; reload: () => void }) => (
  <div class="jobs">
    <DataTable label="Jobs" rows={rows} columns={columns(reload)} />
  </div>
);
