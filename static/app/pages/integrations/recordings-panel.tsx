/* How many of the last calls can be heard, and where the others went: a phone system that stopped
 * recording, or whose recordings cannot be fetched, is seen here and not at the end of the month. */
import { useApi } from '../../api/use-api';
import { count } from '../../ui/format';
import { Facts, Panel } from '../../ui/page';

export function RecordingsPanel({ id }: { id: string }) {
  const found = useApi('GET /integrations/{}/recordings', { at: [id] });
  const r = found.data;
  if (!r || !r.calls) return null;
  const short = r.answered >= 10 && r.untold * 2 > r.answered;
  return (
    <Panel title="Recordings of the last 7 days">
      <div class="part doors">
        <Facts
          class="inline"
          items={[
            ['Calls', count(r.calls)],
            ['Answered', count(r.answered)],
            ['Can be heard', count(r.heard)],
            ['On their way', r.waiting ? count(r.waiting) : null],
            ['Left out by choice', r.skipped ? count(r.skipped) : null],
            ['Lost', r.lost ? <span class="bad-ink">{count(r.lost)}</span> : null],
            ['No recording named', r.untold ? count(r.untold) : null],
          ]}
        />
        {r.lost > 0 && r.reason && <p class="hint">Most often lost because: {r.reason}</p>}
        {short && (
          <p class="hint" role="status">
            For {count(r.untold)} of {count(r.answered)} answered calls the phone system named no
            recording. Look whether recording is switched on there, for every trunk, queue and
            extension.
          </p>
        )}
      </div>
    </Panel>
  );
}
