/* A small form of whole numbers, each of which may be left empty, with the server's refusals beside
 * them. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';

export interface NumberField {
  name: string;
  label: string;
  value: number | null;
  help?: string;
  required?: boolean;
}

export function NumberDialog({
  title,
  fields,
  onSave,
  onClose,
  children,
}: {
  title: string;
  fields: NumberField[];
  onSave: (values: Record<string, number | undefined>) => Promise<unknown>;
  onClose: () => void;
  children?: ComponentChildren;
}) {
  const [values, setValues] = useState<Record<string, string>>(
    Object.fromEntries(fields.map((f) => [f.name, f.value === null ? '' : String(f.value)])),
  );
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const filled = Object.entries(values).map(([k, v]) => [k, v.trim() ? Number(v) : undefined]);
      await onSave(Object.fromEntries(filled));
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        {children}
        {fields.map((f) => (
          <TextField
            key={f.name}
            label={f.label}
            name={f.name}
            value={values[f.name] ?? ''}
            required={f.required ?? false}
            help={f.help}
            error={error?.fields[f.name]}
            onChange={(value) => setValues({ ...values, [f.name]: value })}
          />
        ))}
        <Button type="submit" kind="main" busy={busy}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
