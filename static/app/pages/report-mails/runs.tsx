/* When a report went out, and what became of each mail. */
import { useApi } from '../../api/use-api';
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { dateOf, fullTime } from '../../ui/format';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { save } from '../reports/save';
import type { Plan } from './report-mails';

const words = { waiting: 'on the way', sent: 'sent', skipped: 'not sent', failed: 'failed' };

export function Runs({ of, onClose }: { of: Plan; onClose: () => void }) {
  const list = useApi('GET /report-plans/{}/runs', { at: [of.id], query: { limit: 20 } });
  const get = async (id: string) => {
    try {
      await save(`/report-runs/${id}/file`);
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  return (
    <Dialog title={of.name} onClose={onClose}>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading rows={4} label="Loading the mails" />
      ) : !list.data.items.length ? (
        <p class="note">It has not gone out yet.</p>
      ) : (
        <div class="part">
          {list.data.items.map((r) => (
            <section class="report-run" key={r.id}>
              <h3>
                {fullTime(r.created_at, zone.value)}
                <span class="note"> {r.by_hand ? 'by hand' : 'by the clock'}</span>
              </h3>
              <p class="note">
                About {dateOf(r.since, zone.value)} until {dateOf(r.until, zone.value)}{' '}
                <Button kind="quiet" onClick={() => void get(r.id)}>
                  Save the report
                </Button>
              </p>
              <ul>
                {r.mails.map((m) => (
                  <li key={m.name} class={m.state}>
                    {m.name}: {words[m.state]}
                    {m.state === 'sent' && !m.attached ? ', as a link' : ''}
                    {m.reason && <span class="why"> {m.reason}</span>}
                  </li>
                ))}
                {!r.mails.length && <li class="note">Nobody was to get it.</li>}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Dialog>
  );
}
