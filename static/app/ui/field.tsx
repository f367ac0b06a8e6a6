/* Form rows: label, control, help and the server's sentence about this field. Names are the
 * server's, so that ApiError.fields lands on its input. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Common {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  help?: ComponentChildren;
  error?: string | undefined;
  required?: boolean;
}

function Row({
  id,
  label,
  help,
  error,
  required,
  children,
}: {
  id: string;
  label: string;
  help?: ComponentChildren;
  error?: string | undefined;
  required?: boolean | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && <span class="optional"> optional</span>}
      </label>
      {children}
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

const described = (id: string, props: { help?: ComponentChildren; error?: string | undefined }) =>
  [props.error && `${id}-error`, props.help && `${id}-help`].filter(Boolean).join(' ') || undefined;

export function TextField(
  props: Common & {
    type?: 'text' | 'email' | 'password' | 'url' | 'datetime-local' | 'date';
    autocomplete?: string;
    placeholder?: string;
    list?: string[];
    inputmode?: 'text' | 'numeric';
    /** Takes the focus when it appears. */
    focus?: boolean;
  },
) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.focus) input.current?.focus();
  }, []);
  return (
    <Row
      id={id}
      label={props.label}
      help={props.help}
      error={props.error}
      required={props.required}
    >
      <input
        ref={input}
        id={id}
        name={props.name}
        inputmode={props.inputmode}
        type={(props.type ?? 'text') as 'text'}
        value={props.value}
        required={props.required}
        autocomplete={props.autocomplete ?? 'off'}
        placeholder={props.placeholder}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={described(id, props)}
        list={props.list ? `${id}-list` : undefined}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
      {props.list && (
        <datalist id={`${id}-list`}>
          {props.list.map((v) => (
            <option value={v} />
          ))}
        </datalist>
      )}
    </Row>
  );
}

export function SelectField(props: Common & { choices: { value: string; label: string }[] }) {
  const id = useId();
  return (
    <Row
      id={id}
      label={props.label}
      help={props.help}
      error={props.error}
      required={props.required}
    >
      <select
        id={id}
        name={props.name}
        value={props.value}
        aria-describedby={described(id, props)}
        aria-invalid={props.error ? true : undefined}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.choices.map((c) => (
          <option value={c.value}>{c.label}</option>
        ))}
      </select>
    </Row>
  );
}

export function AreaField(props: Common & { rows?: number }) {
  const id = useId();
  return (
    <Row
      id={id}
      label={props.label}
      help={props.help}
      error={props.error}
      required={props.required}
    >
      <textarea
        id={id}
        name={props.name}
        rows={props.rows ?? 4}
        value={props.value}
        required={props.required}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={described(id, props)}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
    </Row>
  );
}
