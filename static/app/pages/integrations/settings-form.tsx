/* One form for every phone system, drawn from the provider's own settings table. */
import type { IntegrationFull, SettingField } from '../../api/types';
import { SelectField, TextField } from '../../ui/field';
import { choiceName, warningOf } from './words';

export type Values = Record<string, string>;

/** What was filled in; what was left empty is not sent. */
export function filled(fields: SettingField[], values: Values): Values {
  return Object.fromEntries(
    fields.flatMap((f) => {
      const value = values[f.name] || (f.kind === 'choice' ? (f.choices?.[0] ?? '') : '');
      return value ? [[f.name, value]] : [];
    }),
  );
}

/** Only what differs from the stored settings: null removes one, an empty secret stays as it is. */
export function changed(of: IntegrationFull, values: Values): Record<string, string | null> {
  return Object.fromEntries(
    of.setting_fields.flatMap((f) => {
      const value = values[f.name] ?? '';
      if (f.kind === 'secret' ? !value : value === (of.settings[f.name] ?? '')) return [];
      return [[f.name, value || null]];
    }),
  );
}

export function SettingFields({
  fields,
  values,
  set,
  errors,
  stored = {},
}: {
  fields: SettingField[];
  values: Values;
  set: (values: Values) => void;
  errors: Record<string, string>;
  /** Secrets that the server has: "<name>_set". */
  stored?: Record<string, unknown>;
}) {
  const zones =
    typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return (
    <>
      {fields.map((f) => {
        const has = f.kind === 'secret' && stored[`${f.name}_set`] === true;
        const common = {
          label: f.label,
          name: f.name,
          value: values[f.name] ?? '',
          required: f.required && !has,
          help: [f.doc, has ? 'One is stored; leave empty to keep it.' : '']
            .filter(Boolean)
            .join(' '),
          error: errors[f.name] ?? errors[`settings.${f.name}`],
          onChange: (value: string) => set({ ...values, [f.name]: value }),
        };
        if (f.kind === 'choice') {
          const chosen = values[f.name] || (f.choices?.[0] ?? '');
          const warning = warningOf(f.name, chosen);
          return (
            <SelectField
              key={f.name}
              {...common}
              value={chosen}
              help={
                <>
                  {common.help}
                  {warning && (
                    <strong class="warning" role="alert">
                      {warning}
                    </strong>
                  )}
                </>
              }
              choices={(f.choices ?? []).map((c) => ({ value: c, label: choiceName(c) }))}
            />
          );
        }
        const type = f.kind === 'secret' ? 'password' : f.kind === 'url' ? 'url' : 'text';
        return (
          <TextField
            key={f.name}
            {...common}
            type={type}
            autocomplete={f.kind === 'secret' ? 'new-password' : 'off'}
            list={f.kind === 'zone' ? zones : undefined}
            placeholder={
              has
                ? '••••••••'
                : f.kind === 'url'
                  ? 'https://'
                  : f.kind === 'zone'
                    ? 'Europe/London'
                    : undefined
            }
          />
        );
      })}
    </>
  );
}
