/* What holds for a card as a whole: name, description, how it weighs. */
import { TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Check, TextArea } from './fields';
import { questionsOf, type Body, type Errors } from './model';

export function CardHead({
  body,
  errors,
  onChange,
}: {
  body: Body;
  errors: Errors;
  onChange: (body: Body) => void;
}) {
  const weighted = body.sections.some((s) => s.weight !== undefined);
  return (
    <Panel>
      <div class="form part">
        <TextField
          label="Name"
          name="name"
          required
          value={body.name}
          error={errors.name}
          onChange={(name) => onChange({ ...body, name })}
        />
        <TextArea
          label="Description"
          name="description"
          value={body.description ?? ''}
          error={errors.description}
          onChange={(text) => {
            const { description: _, ...rest } = body;
            onChange(text ? { ...rest, description: text } : rest);
          }}
        />
        <Check
          label="Sections have weights of their own"
          checked={weighted}
          onChange={(on) =>
            onChange({
              ...body,
              sections: body.sections.map(({ weight: _, ...s }) => (on ? { ...s, weight: 10 } : s)),
            })
          }
        />
        <p class="note">
          {plural(questionsOf(body).length, 'question')}, weights{' '}
          {questionsOf(body).reduce((n, q) => n + q.weight, 0)} in all
          {errors.sections ? '. ' : '.'}
          {errors.sections && <span class="bad-ink">{errors.sections}</span>}
        </p>
      </div>
    </Panel>
  );
}
