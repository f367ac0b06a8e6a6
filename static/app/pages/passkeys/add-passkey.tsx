/* Adding a passkey: its name and the password once more, then the browser's own dialog; recovery codes for the first. */
import { useState } from 'preact/hooks';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { RecoveryCodes } from '../factors/recovery-codes';
import { Refused, useRefusal } from '../factors/set-up';
import { makePasskey, passkeysMissing } from './browser';
import type { PasskeyCalls } from './calls';

export function AddPasskey({ calls, done }: { calls: PasskeyCalls; done: () => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [codes, setCodes] = useState<string[]>();
  const { refused, busy, attempt } = useRefusal();
  if (codes) return <RecoveryCodes codes={codes} done={done} />;
  const add = async () => {
    const made = await makePasskey(await calls.begin({ password }));
    const { recovery_codes: fresh } = await calls.add({ name, ...made });
    if (fresh) setCodes(fresh);
    else done();
  };
  const said = refused[''] ?? refused.client_data ?? refused.attestation;
  return (
    <form
      class="part form"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(add);
      }}
    >
      <p>
        Your browser asks next where to keep it: on this device, in a password manager, on a
        security key. Other devices of yours are signed out.
      </p>
      <Refused by={said ? { '': said } : {}} />
      <TextField
        label="Name"
        name="name"
        required
        focus
        value={name}
        onChange={setName}
        error={refused.name}
        help="What you know it by, such as Laptop or Blue key."
      />
      <TextField
        label="Your password"
        name="password"
        type="password"
        required
        value={password}
        onChange={setPassword}
        autocomplete="current-password"
        error={refused.password}
        help="Once more, so that nobody else adds it."
      />
      <div class="actions">
        <Button kind="main" type="submit" busy={busy} why={passkeysMissing()}>
          Continue
        </Button>
      </div>
    </form>
  );
}
