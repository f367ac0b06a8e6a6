/* The tenant asks for a second factor, and whoever is signed in has none: nothing else is open. */
import { useState } from 'preact/hooks';
import { chooseTenant, loadSession, session, signOut } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';
import { AddPasskey } from '../passkeys/add-passkey';
import { passkeysMissing } from '../passkeys/browser';
import { passkeyCalls } from '../passkeys/calls';
import { Alone } from '../sessions/alone';
import { factorCalls } from './calls';
import { SetUp } from './set-up';

const calls = factorCalls(false);

export default function FactorWanted() {
  const now = session.value;
  const [passkey, setPasskey] = useState(false);
  const passkeys = useApi('GET /passkeys', {}, true);
  const can = passkeys.data && !passkeys.data.hindrance && !passkeysMissing();
  const others = now?.memberships.filter((m) => m.tenant_id !== now.tenant?.id) ?? [];
  const go = (act: Promise<unknown>) => void act.catch((e: Error) => toast(e.message, true));
  return (
    <Alone title="Set up a second factor">
      <p>
        {now?.tenant?.name} asks it of you: signing in needs{' '}
        {passkey ? 'a passkey' : 'a code of an authenticator app on your phone'}. Until it is set
        up, nothing else is open.
      </p>
      {passkey ? (
        <AddPasskey calls={passkeyCalls(false)} done={() => go(loadSession())} />
      ) : (
        <SetUp calls={calls} done={() => go(loadSession())} />
      )}
      {can && (
        <Button kind="quiet" onClick={() => setPasskey(!passkey)}>
          {passkey ? 'Set up an app instead' : 'Add a passkey instead'}
        </Button>
      )}
      {others.map((m) => (
        <Button kind="quiet" key={m.tenant_id} onClick={() => go(chooseTenant(m.tenant_id))}>
          Go to {m.name} instead
        </Button>
      ))}
      <Button kind="quiet" onClick={() => void signOut()}>
        Sign out
      </Button>
    </Alone>
  );
}
