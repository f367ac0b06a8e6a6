/* Name, company, numbers and notes of a contact, new or there already. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { Button } from '../../ui/button';
import { AreaField, TextField } from '../../ui/field';

export interface Values {
  name: string;
  company: string;
  numbers: string;
  notes: string;
}

export const numbersOf = (text: string) =>
  text
    .split(/[,;\n]/)
    .map((n) => n.trim())
    .filter(Boolean);

export function ContactForm({
  first,
  action,
  why,
  save,
}: {
  first: Values;
  action: string;
  why: string | undefined;
  save: (values: Values) => Promise<void>;
}) {
  const [v, setV] = useState(first);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const set = (by: Partial<Values>) => setV({ ...v, ...by });
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await save(v);
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  return (
    <form
      class="form part"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !why) void submit();
      }}
    >
      {error && (
        <p class="form-error" role="alert">
          {error.status === 412
            ? 'Somebody else changed this contact meanwhile. Reload the page to see their version.'
            : error.message}
        </p>
      )}
      <TextField
        label="Name"
        name="name"
        value={v.name}
        onChange={(name) => set({ name })}
        required
        error={error?.fields.name}
      />
      <TextField
        label="Company"
        name="company"
        value={v.company}
        onChange={(company) => set({ company })}
        error={error?.fields.company}
      />
      <TextField
        label="Numbers"
        name="numbers"
        value={v.numbers}
        onChange={(numbers) => set({ numbers })}
        error={error?.fields.numbers}
        help="As calls show them, parted by commas. Calls with one of these are this contact's, past ones too."
      />
      <AreaField
        label="Notes"
        name="notes"
        value={v.notes}
        onChange={(notes) => set({ notes })}
        error={error?.fields.notes}
      />
      <Button type="submit" kind="main" why={why} busy={busy}>
        {action}
      </Button>
    </form>
  );
}
