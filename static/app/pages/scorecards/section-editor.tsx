/* One section of the card being edited: its name, its weight, its questions. */
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { NumberField } from './fields';
import {
  addQuestion,
  fieldOf,
  moved,
  movedSection,
  withQuestion,
  withSection,
  withoutQuestion,
  type Body,
  type Errors,
} from './model';
import { QuestionEditor } from './question-editor';

export function SectionEditor({
  body,
  at,
  errors,
  open,
  setOpen,
  onChange,
}: {
  body: Body;
  at: number;
  errors: Errors;
  open: string;
  setOpen: (key: string) => void;
  onChange: (body: Body) => void;
}) {
  const section = body.sections[at]!;
  const field = fieldOf(at);
  return (
    <section class="panel edit-section" aria-label={section.name}>
      <header class="panel-head">
        <TextField
          label="Section"
          name={`section-${at}`}
          required
          value={section.name}
          error={errors[`${field}.name`]}
          onChange={(name) => onChange(withSection(body, at, { name }))}
        />
        {section.weight !== undefined && (
          <NumberField
            label="Weight"
            name={`section-weight-${at}`}
            value={section.weight}
            error={errors[`${field}.weight`]}
            onChange={(weight) => onChange(withSection(body, at, { weight }))}
          />
        )}
        <span class="actions">
          <Button
            kind="quiet"
            label={`Move the section up: ${section.name}`}
            why={at === 0 ? 'It is the first.' : undefined}
            onClick={() => onChange(movedSection(body, at, -1))}
          >
            ↑
          </Button>
          <Button
            kind="quiet"
            label={`Move the section down: ${section.name}`}
            why={at === body.sections.length - 1 ? 'It is the last.' : undefined}
            onClick={() => onChange(movedSection(body, at, 1))}
          >
            ↓
          </Button>
        </span>
      </header>
      <ul class="edit-questions">
        {section.questions.map((q, n) => (
          <QuestionEditor
            key={n}
            body={body}
            section={section}
            question={q}
            field={fieldOf(at, n)}
            errors={errors}
            open={open === `${at}.${n}`}
            onOpen={() => setOpen(open === `${at}.${n}` ? '' : `${at}.${n}`)}
            onChange={(next) => onChange(withQuestion(body, at, n, next))}
            onMove={(by) => {
              onChange(moved(body, at, n, by));
              setOpen('');
            }}
            onRemove={() => {
              onChange(withoutQuestion(body, at, n));
              setOpen('');
            }}
          />
        ))}
      </ul>
      <div class="part">
        <Button
          onClick={() => {
            onChange(addQuestion(body, at));
            setOpen(`${at}.${section.questions.length}`);
          }}
        >
          Add a question
        </Button>
      </div>
    </section>
  );
}
