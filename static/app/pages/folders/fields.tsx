/* The form of a drop folder: what all have, and what its kind has. Secrets are never shown again: a
 * blank one stays as it is. */
import { useApi } from '../../api/use-api';
import { SelectField, TextField } from '../../ui/field';
import './folders.css';
import { fieldsOf, type FieldOf, type Kind } from './words';

export type Values = Record<string, string>;

export const common = ['name', 'pattern', 'zone', 'after_taking', 'stable_s', 'integration_id'];

/** What is sent: blank secrets are left out, other blanks remove. */
export function settingsOf(kind: Kind, values: Values): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  for (const f of fieldsOf[kind]) {
    const value = values[f.name] ?? '';
    if (value || !f.secret) out[f.name] = value || null;
  }
  return out;
}

function One({
  field,
  values,
  set,
  error,
  stored,
}: {
  field: FieldOf;
  values: Values;
  set: (v: Values) => void;
  error: string | undefined;
  stored: boolean;
}) {
  const given = {
    label: field.label,
    name: field.name,
    value: values[field.name] ?? '',
    onChange: (value: string) => set({ ...values, [field.name]: value }),
    error,
    help: stored ? 'One is stored; leave blank to keep it.' : field.help,
    required: Boolean(field.required) && !stored,
  };
  if (field.choices) return <SelectField {...given} required choices={field.choices} />;
  if (field.long)
    return (
      <div class="field">
        <label for={`field-${field.name}`}>
          {field.label}
          <span class="optional"> optional</span>
        </label>
        <textarea
          id={`field-${field.name}`}
          name={field.name}
          class="key-text"
          rows={4}
          spellcheck={false}
          value={given.value}
          onInput={(event) => given.onChange(event.currentTarget.value)}
        />
        {error && <p class="field-error">{error}</p>}
        <p class="field-help">{given.help}</p>
      </div>
    );
  return <TextField {...given} type={field.secret ? 'password' : 'text'} autocomplete="off" />;
}

export function FolderFields({
  kind,
  values,
  set,
  errors,
  stored = {},
}: {
  kind: Kind;
  values: Values;
  set: (v: Values) => void;
  errors: Record<string, string>;
  stored?: Record<string, unknown>;
}) {
  const systems = useApi('GET /integrations');
  const put = (name: string) => (value: string) => set({ ...values, [name]: value });
  const choices = [
    { value: '', label: 'None: each file is a call of its own' },
    ...(systems.data?.items ?? [])
      .filter((i) => i.provider !== 'upload')
      .map((i) => ({ value: i.id, label: i.name })),
  ];
  return (
    <>
      <TextField
        label="Name"
        name="name"
        value={values.name ?? ''}
        onChange={put('name')}
        required
        error={errors.name}
      />
      {fieldsOf[kind].map((field) => (
        <One
          key={field.name}
          field={field}
          values={values}
          set={set}
          error={errors[field.name]}
          stored={stored[`${field.name}_set`] === true}
        />
      ))}
      <SelectField
        label="Recordings of"
        name="integration_id"
        value={values.integration_id ?? ''}
        onChange={put('integration_id')}
        choices={choices}
        required
        error={errors.integration_id}
        help="A file joins the call of this phone system that has its id, announced it, or fits by number and time."
      />
      <TextField
        label="Names look like"
        name="pattern"
        value={values.pattern ?? ''}
        onChange={put('pattern')}
        placeholder="{agent}_{date:%Y%m%d}_{time:%H%M%S}_{number}"
        error={errors.pattern}
        help="In braces: agent, number, id, direction, any, and date and time with their format. All else stands for itself. A number without a direction is of who called."
      />
      <TextField
        label="Time zone of those names"
        name="zone"
        value={values.zone ?? ''}
        onChange={put('zone')}
        error={errors.zone}
        help="That of your company if left blank."
      />
      <SelectField
        label="When it is taken"
        name="after_taking"
        value={values.after_taking || 'move'}
        onChange={put('after_taking')}
        required
        choices={[
          { value: 'move', label: 'Move it to done/ or failed/' },
          { value: 'keep', label: 'Leave it where it is' },
        ]}
      />
      <TextField
        label="Seconds it must lie still"
        name="stable_s"
        value={values.stable_s ?? ''}
        onChange={put('stable_s')}
        error={errors.stable_s}
        help="A file is taken once size and time have stayed the same for so long; 30 if left blank."
      />
    </>
  );
}
