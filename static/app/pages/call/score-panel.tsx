/* The score with its sections, and every verdict with the words it rests on. */
import type { Criterion, Score } from '../../api/types';
import { plural, points } from '../../ui/format';
import { Panel } from '../../ui/page';
import { scoreSentence, toneOf } from '../calls/words';
import { CardChoice } from './card-choice';
import { answerOf } from './evidence';
import { Passed } from './passed';
import { ScoreActions } from './score-actions';
import { usePlayback } from './playback';
import { Quote } from './quote';

interface Props {
  call: string;
  score: Score;
  audible: boolean;
  reload: () => void;
}

export function ScorePanel({ call, score, audible, reload }: Props) {
  const judged = score.criteria.some((c) => answerOf(c.answer, c).tone !== 'none');
  const failed = score.criteria.find((c) => c.auto_fail && c.points_bp === 0);
  return (
    <Panel
      class="score-panel"
      title="Quality"
      side={
        <span class="note">
          {score.scorecard.name}, version {score.scorecard.version}
        </span>
      }
    >
      <CardChoice call={call} score={score} />
      {score.mode === 'suggest' && (
        <p class="panel-note">A suggestion: this score does not count.</p>
      )}
      <div class="score-top">
        <div class="score-big">
          {score.score_bp === null ? (
            <span class="number none" aria-label="No score">
              –
            </span>
          ) : (
            <span class={`number ${toneOf(score.score_bp)}`}>{points(score.score_bp)}</span>
          )}
          {score.score_bp !== null && score.team_average_bp !== null && (
            <span class="note">team average {points(score.team_average_bp)}</span>
          )}
        </div>
        {score.score_bp === null ? (
          <p class="no-score">{scoreSentence(score.state, score.reason) ?? score.reason}</p>
        ) : (
          <Sections score={score} />
        )}
      </div>
      {score.auto_fail && (
        <p class="panel-note bad-ink">
          Automatic fail
          {failed
            ? `: “${failed.text}” was answered ${answerOf(failed.answer, failed).label}.`
            : '.'}
        </p>
      )}
      {score.criteria.length > 0 && !judged && (
        <p class="panel-note">
          None of the {plural(score.criteria.length, 'question')} of the scorecard was assessed.
        </p>
      )}
      {judged && (
        <ul class="criteria">
          {score.criteria.map((c) => (
            <CriterionRow key={c.key} criterion={c} audible={audible} />
          ))}
        </ul>
      )}
      {judged && (
        <p class="made-by">
          Scored by {score.reviewer ?? `${score.engine} ${score.engine_version}`}
        </p>
      )}
      <Passed asked={score.asked} />
      <ScoreActions call={call} score={score} reload={reload} />
    </Panel>
  );
}

function Sections({ score }: { score: Score }) {
  return (
    <dl class="sections">
      {score.sections.map((s) => (
        <div key={s.name}>
          <dt>{s.name}</dt>
          <dd>
            <span class={`meter ${toneOf(s.score_bp)}`} aria-hidden="true">
              <span style={{ width: `${(s.score_bp ?? 0) / 100}%` }} />
            </span>
            <b>{s.score_bp === null ? '–' : points(s.score_bp)}</b>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function CriterionRow({ criterion: c, audible }: { criterion: Criterion; audible: boolean }) {
  const playback = usePlayback();
  const answer = answerOf(c.answer, c);
  const linked = playback.linked.value === c.key;
  const link = (key: string | null) => () => {
    playback.linked.value = key;
  };
  return (
    <li
      id={`criterion-${c.key}`}
      class={`criterion ${linked ? 'linked' : ''}`}
      onPointerEnter={link(c.key)}
      onPointerLeave={link(null)}
      onFocusCapture={link(c.key)}
      onBlurCapture={link(null)}
    >
      <div class="criterion-head">
        <div>
          <h3>{c.text}</h3>
          <p class="note">
            {answer.tone === 'none' ? null : c.auto_fail ? 'auto-fail' : `weight ${c.weight}`}
          </p>
        </div>
        <span class={`answer ${answer.tone}`}>
          {answer.label}
          {c.by_rule && c.answer !== 'not_assessed' && !c.off ? ' · rule' : ''}
        </span>
      </div>
      {c.spans.map((span) => (
        <Quote key={`${span.turn}-${span.first}`} span={span} audible={audible} />
      ))}
      {c.reason && (c.spans.length === 0 || c.answer !== 'yes') && (
        <p class="because">{c.by_rule ? c.reason.replace(/ \(rule\)$/, '') : c.reason}</p>
      )}
    </li>
  );
}
