/* What a job's states are called, and acting on jobs with a note of what came of it. */
import type { Job } from '../../api/types';
import { plural, whenOf } from '../../ui/format';
import { toast } from '../../ui/toast';

const words: Record<string, { label: string; tone: string }> = {
  running: { label: 'Running', tone: 'good' },
  queued: { label: 'Waiting', tone: 'none' },
  blocked: { label: 'Waiting', tone: 'none' },
  dead: { label: 'Failed', tone: 'bad' },
  done: { label: 'Done', tone: 'none' },
  discarded: { label: 'Not needed', tone: 'none' },
  cancelled: { label: 'Cancelled', tone: 'none' },
};

export const isLiving = (job: Job) => job.finished_at === null;

export function stateOf(job: Job): { label: string; tone: string } {
  if (job.cancel_asked && isLiving(job)) return { label: 'Cancelling', tone: 'warn' };
  if (job.retry_asked && job.state === 'dead') return { label: 'Starting again', tone: 'none' };
  return words[job.state] ?? { label: job.state, tone: 'none' };
}

/** What stands behind the state: why it waits or failed. */
export function whyOf(job: Job, zone: string): string {
  if (job.state === 'blocked') return `Waits for ${plural(job.needs, 'other job')}.`;
  const later = job.state === 'queued' && job.run_at && Date.parse(job.run_at) > Date.now() + 1000;
  return [
    later && `${job.attempt || job.reason ? 'Again at' : 'Due'} ${whenOf(job.run_at ?? '', zone)}.`,
    job.reason,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Does it, says what came of it, and looks again. */
export async function attempt(
  what: () => Promise<unknown>,
  done: string | undefined,
  after: () => void,
): Promise<boolean> {
  try {
    await what();
    if (done) toast(done);
    after();
    return true;
  } catch (error) {
    toast((error as Error).message, true);
    return false;
  }
}
