/* The few controls that only the editor of scorecards needs. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Named {
  label: string;
  name: string;
  error?: string | undefined;
}

export function NumberField({
  label,
  name,
  value,
  onChange,
  error,
  min = 0,
  max = 1000,
}: Named & { value: number; onChange: (n: number) => void; min?: number; max?: number }) {
  const id = useId();
  return (
    <div class="field number-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="number"
        min={min}
        max={max}
        step={1}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onInput={(event) => {
          const n = event.currentTarget.valueAsNumber;
          if (Number.isInteger(n)) onChange(n);
        }}
      />
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function TextArea({
  label,
  name,
  value,
  onChange,
  error,
  help,
  rows = 2,
  mono = false,
}: Named & {
  value: string;
  onChange: (text: string) => void;
  help?: ComponentChildren;
  rows?: number;
  mono?: boolean;
}) {
  const id = useId();
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        class={mono ? 'mono' : undefined}
        value={value}
        spellcheck={!mono}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {help && (
        <p class="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

export function Check({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (yes: boolean) => void;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
