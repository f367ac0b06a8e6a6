/* Changing an integration's name and settings, with the version it was read at. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { IntegrationFull } from '../../api/types';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { WATCH_DAYS } from './watch-note';
import { SettingFields, changed, type Values } from './settings-form';

export function SettingsPanel({
  of,
  why,
  saved,
}: {
  of: IntegrationFull;
  why: string | undefined;
  saved: () => void;
}) {
  const stored = () =>
    Object.fromEntries(
      of.setting_fields.map((f) => {
        const value = of.settings[f.name];
        return [f.name, typeof value === 'string' ? value : ''];
      }),
    );
  const [name, setName] = useState(of.name);
  const [sources, setSources] = useState(of.sources);
  const [values, setValues] = useState<Values>(stored);
  const [patient, setPatient] = useState(true);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setName(of.name);
    setSources(of.sources);
    setValues(stored());
  }, [of.version]);

  /* Proof is switched on while the phone system is in use: what it sends until its own settings are
   * changed would be refused. */
  const proof =
    !of.demands_proof &&
    !!of.last_delivery_at &&
    of.setting_fields.some((f) => f.rotates && values[f.name]);

  const save = async () => {
    if (busy || why) return;
    setBusy(true);
    setError(undefined);
    try {
      await api('PATCH /integrations/{}', {
        at: [of.id],
        version: of.version,
        body: {
          name,
          sources,
          settings: changed(of, values),
          ...(proof && patient ? { unproven_days: WATCH_DAYS } : {}),
        },
      });
      toast('Saved.');
      saved();
    } catch (e) {
      const known = e instanceof ApiError ? e : new ApiError(0, '', String(e));
      setError(
        known.status === 412
          ? new ApiError(
              412,
              known.code,
              'Somebody else changed this meanwhile. Reload the page to see their version.',
            )
          : known,
      );
    }
    setBusy(false);
  };

  return (
    <Panel title="Settings">
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <TextField
          label="Name"
          name="name"
          value={name}
          onChange={setName}
          required
          error={error?.fields.name}
        />
        <SettingFields
          fields={of.setting_fields}
          values={values}
          set={setValues}
          errors={error?.fields ?? {}}
          stored={of.settings}
        />
        {of.provider !== 'upload' && (
          <TextField
            label="Hooks only from"
            name="sources"
            value={sources}
            onChange={setSources}
            placeholder="203.0.113.7, 198.51.100.0/24"
            help="Addresses and networks of the phone system. Empty: from anywhere, by whoever has the address."
            error={error?.fields.sources}
          />
        )}
        {proof && (
          <label class="check">
            <input
              type="checkbox"
              checked={patient}
              onChange={(e) => setPatient(e.currentTarget.checked)}
            />
            <span>
              Take hooks without this proof for {WATCH_DAYS} more days, and count them. Without it
              every hook is refused until the phone system has it too.
            </span>
          </label>
        )}
        <Button type="submit" kind="main" why={why} busy={busy}>
          Save
        </Button>
      </form>
    </Panel>
  );
}
