/* One question of a review: the answer, the words cited for it, a comment. */
import type { Criterion } from '../../api/types';
import { TextField } from '../../ui/field';
import { answerOf } from '../call/evidence';
import { answersOf, type Question } from '../scorecards/model';
import type { Cited } from './words';

export interface Answer {
  answer: string;
  comment: string;
  spans: Cited[];
}

interface Props {
  question: Question;
  off: boolean;
  at: boolean;
  given: Criterion | undefined;
  answer: Answer | undefined;
  error: string | undefined;
  writable: boolean;
  onAt: () => void;
  onChange: (change: Partial<Answer>) => void;
}

export function QuestionAnswer(props: Props) {
  const { question: q, answer, given } = props;
  const shown = given && answerOf(given.answer, given);
  return (
    <section
      class={`review-question ${props.at ? 'at' : ''} ${props.off ? 'off' : ''}`}
      aria-label={q.text}
      onFocusCapture={props.onAt}
      onClick={props.onAt}
    >
      <div class="try-line">
        <h3>{q.text}</h3>
        {shown && <span class={`answer ${shown.tone}`}>{shown.label}</span>}
      </div>
      {q.help && <p class="note">{q.help}</p>}
      {given?.reason && <p class="because">{given.reason}</p>}
      {props.off && <p class="note">Does not apply after your other answers.</p>}
      {props.error && (
        <p class="field-error" role="alert">
          {props.error}
        </p>
      )}
      {props.writable && !props.off && <Answers {...props} />}
      {(answer?.spans ?? []).map((s, n) => (
        <p class="try-quote" key={n}>
          “{s.words}”{' '}
          <button
            type="button"
            class="link"
            onClick={() => props.onChange({ spans: answer!.spans.filter((_, k) => k !== n) })}
          >
            Remove
          </button>
        </p>
      ))}
      {props.writable && !props.off && (
        <TextField
          label="Comment"
          name={`comment-${q.key}`}
          required={q.comment ?? false}
          value={answer?.comment ?? ''}
          onChange={(comment) => props.onChange({ comment })}
        />
      )}
    </section>
  );
}

function Answers({ question: q, answer, onChange }: Props) {
  if (q.bands)
    return (
      <TextField
        label="Number"
        name={`value-${q.key}`}
        required
        value={answer?.answer ?? ''}
        onChange={(value) => onChange({ answer: value })}
      />
    );
  return (
    <fieldset class="options" aria-label={q.text}>
      {answersOf(q).map((a) => (
        <label key={a.value}>
          <input
            type="radio"
            name={`answer-${q.key}`}
            value={a.value}
            checked={answer?.answer === a.value}
            onChange={() => onChange({ answer: a.value })}
          />
          {a.label}
        </label>
      ))}
    </fieldset>
  );
}
