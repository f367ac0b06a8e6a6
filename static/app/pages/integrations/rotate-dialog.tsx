/* Changing to a new address and new secrets: asks for those that only the phone system can make. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { IntegrationFull, Rotated } from '../../api/types';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';

export function RotateDialog({
  of,
  done,
  close,
}: {
  of: IntegrationFull;
  done: (r: Rotated) => void;
  close: () => void;
}) {
  const given = of.setting_fields.filter((f) => f.rotates === 'given');
  const [days, setDays] = useState('7');
  const [values, setValues] = useState<Record<string, string>>({});
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    setError(undefined);
    const settings = Object.fromEntries(Object.entries(values).filter(([, v]) => v));
    try {
      done(
        await api('POST /integrations/{}/rotate', {
          at: [of.id],
          body: { days: Number(days) || 0, settings },
        }),
      );
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  return (
    <Dialog title="Change the secrets without losing a call" onClose={close}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p>
          A new address is made, and a new signing secret or password where one is set. The present
          ones work on meanwhile.
        </p>
        {error && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        {given.map((f) => (
          <TextField
            key={f.name}
            label={`New ${f.label}`}
            name={f.name}
            type="password"
            autocomplete="new-password"
            value={values[f.name] ?? ''}
            help="Leave it empty to keep the present one."
            error={error?.fields[f.name]}
            onChange={(v) => setValues({ ...values, [f.name]: v })}
          />
        ))}
        <TextField
          label="The old ones end after so many days"
          name="days"
          value={days}
          required
          error={error?.fields.days}
          onChange={setDays}
        />
        <Button type="submit" kind="main" busy={busy}>
          Make new ones
        </Button>
      </form>
    </Dialog>
  );
}
