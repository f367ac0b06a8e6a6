/* One question: a line, and opened the form behind it. */
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import {
  deciderName,
  deciderOf,
  shareOf,
  type Body,
  type Errors,
  type Question,
  type Section,
} from './model';
import { QuestionForm } from './question-form';

export interface Props {
  body: Body;
  section: Section;
  question: Question;
  field: string;
  errors: Errors;
  open: boolean;
  onOpen: () => void;
  onChange: (q: Question) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

export function QuestionEditor(props: Props) {
  const { question: q, field, errors, open } = props;
  const wrong = Object.entries(errors).find(([name]) => name.startsWith(`${field}.`));
  return (
    <li
      class={`edit-question ${open ? 'open' : ''}`}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
        if (!event.altKey || !by) return;
        event.preventDefault();
        props.onMove(by);
      }}
    >
      <div class="edit-line">
        <button type="button" class="edit-open" aria-expanded={open} onClick={props.onOpen}>
          <Icon name={open ? 'down' : 'right'} />
          <span class="question">{q.text || 'Without words'}</span>
        </button>
        <span class="tags">
          {wrong && <span class="answer bad">Needs a look</span>}
          {q.if && <span class="answer none">If</span>}
          {q.auto_fail && <span class="answer bad">Auto-fail</span>}
          <span class="answer none">{deciderName[deciderOf(q)]}</span>
        </span>
        <span class="weight" title={`Weight ${q.weight}`}>
          <b>{Math.round(shareOf(props.body, props.section, q))}</b>
          <span class="note"> %</span>
        </span>
        <Button kind="quiet" label={`Move up: ${q.text}`} onClick={() => props.onMove(-1)}>
          ↑
        </Button>
        <Button kind="quiet" label={`Move down: ${q.text}`} onClick={() => props.onMove(1)}>
          ↓
        </Button>
      </div>
      {!open && wrong && <p class="field-error">{wrong[1]}</p>}
      {open && <QuestionForm {...props} />}
    </li>
  );
}
