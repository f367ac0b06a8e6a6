/* Who made the scores of this version, where that changed: vendors retire and rename models, and another
 * model judges otherwise. */
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { plural, points, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';

const signed = (bp: number) => `${bp > 0 ? '+' : ''}${points(bp)}`;

export function Models({ id }: { id: string }) {
  const { data } = useApi('GET /scorecards/{}/models', { at: [id] });
  if (!data || data.models.length < 2) return null;
  return (
    <Panel title="Scores by engine and model">
      <p class="panel-note">
        The scores by this version were made by {data.models.length} models. Compare agents only
        within one, or where they agree on the same calls.
      </p>
      <ul class="models part">
        {data.models.map((m, i) => {
          const change = data.changes[i - 1];
          return (
            <li key={`${m.engine} ${m.model}`}>
              <b>
                {m.engine} {m.model}
              </b>
              : {plural(m.scores, 'score')}, mean {points(m.mean_bp)}, from{' '}
              {whenOf(m.first_at, zone.value)} to {whenOf(m.last_at, zone.value)}.{' '}
              {change &&
                (change.calls && change.mean_change_bp !== null
                  ? `Of ${plural(change.calls, 'call')} that both judged, ${change.within_ten} within ten points; on average ${signed(change.mean_change_bp)}.`
                  : 'No call was judged by both this one and the one before.')}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
