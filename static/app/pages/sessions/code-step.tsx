/* The second step of signing in: a passkey, a code of the authenticator app, or a recovery code. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { ways, type Code } from '../../api/session';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { passkeysMissing } from '../passkeys/browser';
import { PasskeyStep } from './passkey-step';

type Way = 'passkey' | 'code' | 'recovery';
const heading = { passkey: 'Passkey', code: 'Code', recovery: 'Recovery code' };
const instead = {
  passkey: 'Use a passkey instead',
  code: 'Use the app instead',
  recovery: 'Use a recovery code',
};

/** Those that the account has and this browser can. */
function open(): Way[] {
  const { code, passkey } = ways.value;
  return [
    ...(passkey && !passkeysMissing() ? (['passkey'] as const) : []),
    ...(code ? (['code'] as const) : []),
    'recovery',
  ];
}

export function CodeStep({
  present,
  onBack,
  operator = false,
}: {
  present: (code: Code) => Promise<unknown>;
  /** Back to the password; with the reason, when this sign-in is over. */
  onBack: (why?: ApiError) => void;
  operator?: boolean;
}) {
  const [way, setWay] = useState<Way>(() => open()[0]!);
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  const submit = async (make: () => Promise<Code>) => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await present(await make());
      return;
    } catch (e) {
      if (e instanceof ApiError && e.status === 410) return onBack(e);
      setError((e as Error).message);
      setText('');
    }
    setBusy(false);
  };
  const typed = async (): Promise<Code> =>
    way === 'recovery' ? { recovery_code: text } : { code: text };
  const turn = (other: Way) => {
    setWay(other);
    setText('');
    setError('');
  };
  const fault = error && (
    <p class="form-error" role="alert">
      {error}
    </p>
  );

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (way !== 'passkey') void submit(typed);
      }}
    >
      <h1>{heading[way]}</h1>
      {way === 'passkey' ? (
        <>
          {fault}
          <PasskeyStep operator={operator} busy={busy} present={submit} />
        </>
      ) : (
        <>
          <p class="hint">
            {way === 'recovery'
              ? 'One of the codes that you kept when the second factor was set up. Each works once.'
              : 'Six digits, as your authenticator app shows them now.'}
          </p>
          {ways.value.passkey && passkeysMissing() && <p class="hint">{passkeysMissing()}</p>}
          {fault}
          <TextField
            key={way}
            label={heading[way]}
            name={way === 'recovery' ? 'recovery_code' : 'code'}
            required
            value={text}
            onChange={setText}
            autocomplete={way === 'recovery' ? 'off' : 'one-time-code'}
            inputmode={way === 'recovery' ? 'text' : 'numeric'}
            focus
          />
          <Button type="submit" kind="main" busy={busy}>
            Sign in
          </Button>
        </>
      )}
      <p class="forgot step-ways">
        {open()
          .filter((w) => w !== way)
          .map((w) => (
            <Button kind="quiet" key={w} onClick={() => turn(w)}>
              {instead[w]}
            </Button>
          ))}
        <Button kind="quiet" onClick={() => onBack()}>
          Back
        </Button>
      </p>
    </form>
  );
}
