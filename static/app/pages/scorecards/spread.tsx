/* How the scores by this version spread, and a warning where they all say the same. */
import { useApi } from '../../api/use-api';
import { plural, points } from '../../ui/format';
import { Panel } from '../../ui/page';

/** Fewer say nothing about how they spread. */
const ENOUGH = 30;
const BUNCHED_BP = 7000;

export function Spread({ id }: { id: string }) {
  const { data } = useApi('GET /scorecards/{}/spread', { at: [id] });
  if (!data || !data.scores || data.mean_bp === null) return null;
  const most = Math.max(...data.histogram, 1);
  return (
    <Panel
      title="Scores by this version"
      side={
        <span class="note">
          {plural(data.scores, 'score')}, mean {points(data.mean_bp)}
        </span>
      }
    >
      {data.scores >= ENOUGH && data.bunched_bp >= BUNCHED_BP && (
        <p class="panel-note warn-ink">
          {points(data.bunched_bp)} % of the scores lie within ten points of each other: this card
          hardly tells calls apart. Give its questions anchors or levels that differ.
        </p>
      )}
      <ol class="spread">
        {data.histogram.map((n, bin) => (
          <li key={bin} title={plural(n, 'score')}>
            <span class="spread-bar" aria-hidden="true">
              <i style={{ height: `${(100 * n) / most}%` }} />
            </span>
            <span class="note">{bin * 10}</span>
            <span class="away">
              to {bin * 10 + (bin === 9 ? 10 : 9)}: {plural(n, 'score')}
            </span>
          </li>
        ))}
      </ol>
      {data.auto_fails > 0 && (
        <p class="panel-note">{plural(data.auto_fails, 'call')} failed automatically.</p>
      )}
    </Panel>
  );
}
