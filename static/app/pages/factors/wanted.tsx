/* The tenant asks for a second factor, and whoever is signed in has none: nothing else is open. */
import { chooseTenant, loadSession, session, signOut } from '../../api/session';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';
import { Alone } from '../sessions/alone';
import { factorCalls } from './calls';
import { SetUp } from './set-up';

const calls = factorCalls(false);

export default function FactorWanted() {
  const now = session.value;
  const others = now?.memberships.filter((m) => m.tenant_id !== now.tenant?.id) ?? [];
  const go = (act: Promise<unknown>) => void act.catch((e: Error) => toast(e.message, true));
  return (
    <Alone title="Set up a second factor">
      <p>
        {now?.tenant?.name} asks it of you: signing in needs a code of an authenticator app on your
        phone. Until it is set up, nothing else is open.
      </p>
      <SetUp calls={calls} done={() => go(loadSession())} />
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
