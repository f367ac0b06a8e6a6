/* One field, opened. */
import { Button } from '../../ui/button';
import { AreaField, SelectField, TextField } from '../../ui/field';
import { speakers } from '../trackers/form';
import type { Draft } from './draft';
import { finders, types } from './words';

const choicesOf = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

export function FieldForm({
  draft: d,
  change,
  remove,
  why,
}: {
  draft: Draft;
  change: (draft: Draft) => void;
  remove: () => void;
  why: string | undefined;
}) {
  const set = (field: keyof Draft) => (value: string) => change({ ...d, [field]: value });
  return (
    <fieldset class="form part schema-form" disabled={Boolean(why)}>
      <legend class="away">{d.label || 'New field'}</legend>
      <TextField label="Label" name="label" required value={d.label} onChange={set('label')} />
      <SelectField
        label="Type"
        name="type"
        required
        value={d.type}
        onChange={set('type')}
        choices={choicesOf(types)}
      />
      {d.type === 'choice' && (
        <AreaField
          label="Choices"
          name="choices"
          required
          value={d.choices}
          onChange={set('choices')}
          help="One a line, 2 to 30. One counts where its words are said."
        />
      )}
      <SelectField
        label="Found by"
        name="finder"
        required
        value={d.finder}
        onChange={set('finder')}
        choices={choicesOf(finders)}
      />
      {(d.finder === 'phrases' || d.finder === 'pattern') && (
        <>
          <AreaField
            label={d.finder === 'phrases' ? 'Phrases' : 'Patterns'}
            name="patterns"
            required
            value={d.lines}
            onChange={set('lines')}
            help={
              d.finder === 'phrases'
                ? 'One a line. The value is what the customer says behind it, or answers to it: policy number, your postcode.'
                : 'One a line, Perl-compatible; \\K begins the value: policy number is \\K[a-z]{2} \\d{4}'
            }
          />
          <SelectField
            label="Said by"
            name="speaker"
            required
            value={d.speaker}
            onChange={set('speaker')}
            choices={choicesOf(speakers)}
          />
        </>
      )}
      <AreaField
        label="Description"
        name="help"
        rows={2}
        value={d.help}
        onChange={set('help')}
        help="What to look for, for language engines and for people."
      />
      <label class="check">
        <input
          type="checkbox"
          checked={d.required}
          onChange={(event) => change({ ...d, required: event.currentTarget.checked })}
        />{' '}
        Needed: a call that does not tell it says so
      </label>
      <div class="form-end">
        <Button onClick={remove}>Remove this field</Button>
      </div>
    </fieldset>
  );
}
