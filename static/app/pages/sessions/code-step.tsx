/* The second step of signing in: a code of the authenticator app, or a recovery code. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import type { Code } from '../../api/session';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';

export function CodeStep({
  present,
  onBack,
}: {
  present: (code: Code) => Promise<unknown>;
  /** Back to the password; with the reason, when this sign-in is over. */
  onBack: (why?: ApiError) => void;
}) {
  const [recovery, setRecovery] = useState(false);
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await present(recovery ? { recovery_code: text } : { code: text });
      return;
    } catch (e) {
      const why = e instanceof ApiError ? e : new ApiError(0, '', String(e));
      if (why.status === 410) return onBack(why);
      setError(why.message);
      setText('');
    }
    setBusy(false);
  };
  const other = () => {
    setRecovery(!recovery);
    setText('');
    setError('');
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1>{recovery ? 'Recovery code' : 'Code'}</h1>
      <p class="hint">
        {recovery
          ? 'One of the codes that you kept when the second factor was set up. Each works once.'
          : 'Six digits, as your authenticator app shows them now.'}
      </p>
      {error && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
      <TextField
        key={recovery ? 'recovery_code' : 'code'}
        label={recovery ? 'Recovery code' : 'Code'}
        name={recovery ? 'recovery_code' : 'code'}
        required
        value={text}
        onChange={setText}
        autocomplete={recovery ? 'off' : 'one-time-code'}
        inputmode={recovery ? 'text' : 'numeric'}
        focus
      />
      <Button type="submit" kind="main" busy={busy}>
        Sign in
      </Button>
      <p class="forgot step-ways">
        <Button kind="quiet" onClick={other}>
          {recovery ? 'Use the app instead' : 'Use a recovery code'}
        </Button>
        <Button kind="quiet" onClick={() => onBack()}>
          Back
        </Button>
      </p>
    </form>
  );
}
