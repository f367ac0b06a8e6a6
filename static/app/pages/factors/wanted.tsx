/* The tenant asks for a second factor, or the service of a super admin, and whoever is signed in has none: nothing else
 * is open. */
import { useState } from 'preact/hooks';
import {
  chooseTenant,
  loadPlatform,
  loadSession,
  session,
  signOut,
  signOutPlatform,
} from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';
import { AddPasskey } from '../passkeys/add-passkey';
import { passkeysMissing } from '../passkeys/browser';
import { passkeyCalls } from '../passkeys/calls';
import { Alone } from '../sessions/alone';
import { factorCalls } from './calls';
import { SetUp } from './set-up';

export default function FactorWanted({ operator = false }: { operator?: boolean }) {
  const now = session.value;
  const [passkey, setPasskey] = useState(false);
  const passkeys = useApi(operator ? 'GET /platform/passkeys' : 'GET /passkeys', {}, true);
  const can = passkeys.data && !passkeys.data.hindrance && !passkeysMissing();
  const others = operator
    ? []
    : (now?.memberships.filter((m) => m.tenant_id !== now.tenant?.id) ?? []);
  const go = (act: Promise<unknown>) => void act.catch((e: Error) => toast(e.message, true));
  const done = () => go(operator ? loadPlatform() : loadSession());
  return (
    <Alone title="Set up a second factor">
      <p>
        {operator ? 'Every super admin needs one' : `${now?.tenant?.name} asks it of you`}: signing
        in needs {passkey ? 'a passkey' : 'a code of an authenticator app on your phone'}. Until it
        is set up, nothing else is open.
      </p>
      {passkey ? (
        <AddPasskey calls={passkeyCalls(operator)} done={done} />
      ) : (
        <SetUp calls={factorCalls(operator)} done={done} />
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
      <Button kind="quiet" onClick={() => void (operator ? signOutPlatform() : signOut())}>
        Sign out
      </Button>
    </Alone>
  );
}
