/* Setting up a second factor: the password once more, the QR code and its first code, the recovery codes. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { Button } from '../../ui/button';
import { CopyField } from '../../ui/copy';
import { TextField } from '../../ui/field';
import type { FactorCalls, Setup } from './calls';
import { RecoveryCodes } from './recovery-codes';
import './factors.css';

/** Runs `act`; what it refuses is kept by field, or whole under ''. */
export function useRefusal() {
  const [refused, setRefused] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const attempt = async (act: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setRefused({});
    try {
      await act();
    } catch (e) {
      const fields = e instanceof ApiError ? e.fields : {};
      setRefused(Object.keys(fields).length ? fields : { '': (e as Error).message });
    }
    setBusy(false);
  };
  return { refused, busy, attempt };
}

export function Refused({ by }: { by: Record<string, string> }) {
  return by[''] ? (
    <p class="form-error" role="alert">
      {by['']}
    </p>
  ) : null;
}

export function SetUp({ calls, done }: { calls: FactorCalls; done: () => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [setup, setSetup] = useState<Setup>();
  const [codes, setCodes] = useState<string[]>();
  const { refused, busy, attempt } = useRefusal();

  if (codes) return <RecoveryCodes codes={codes} done={done} />;
  if (!setup)
    return (
      <form
        class="part form"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => setSetup(await calls.begin(password)));
        }}
      >
        <Refused by={refused} />
        <TextField
          label="Your password"
          name="password"
          type="password"
          required
          focus
          value={password}
          onChange={setPassword}
          autocomplete="current-password"
          error={refused.password}
          help="Once more, so that nobody else sets it up."
        />
        <div class="actions">
          <Button kind="main" type="submit" busy={busy}>
            Continue
          </Button>
        </div>
      </form>
    );
  return (
    <form
      class="part form"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(async () => setCodes((await calls.confirm(code)).recovery_codes));
      }}
    >
      <Refused by={refused} />
      <p>Scan this with an authenticator app, such as Aegis, Google Authenticator or 1Password.</p>
      <svg
        class="qr"
        role="img"
        aria-label="QR code for the authenticator app"
        viewBox={`-4 -4 ${setup.qr_size + 8} ${setup.qr_size + 8}`}
        shape-rendering="crispEdges"
      >
        <path d={setup.qr_path} />
      </svg>
      <div class="field secret">
        <span class="label">Or type the secret into the app</span>
        <CopyField value={setup.secret} label="Secret" />
      </div>
      <TextField
        label="Code that the app shows"
        name="code"
        required
        value={code}
        onChange={setCode}
        autocomplete="one-time-code"
        inputmode="numeric"
        error={refused.code}
      />
      <div class="actions">
        <Button kind="main" type="submit" busy={busy}>
          Switch on
        </Button>
      </div>
    </form>
  );
}
