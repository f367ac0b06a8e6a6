/* The second step of signing in by a passkey. */
import type { Code } from '../../api/session';
import { askPasskey } from '../../api/session';
import { Button } from '../../ui/button';
import { showPasskey } from '../passkeys/browser';

export function PasskeyStep({
  operator,
  busy,
  present,
}: {
  operator: boolean;
  busy: boolean;
  present: (make: () => Promise<Code>) => Promise<void>;
}) {
  return (
    <>
      <p class="hint">Your device asks for your finger, your face or its PIN.</p>
      <Button
        kind="main"
        busy={busy}
        onClick={() =>
          void present(async () => ({ passkey: await showPasskey(await askPasskey(operator)) }))
        }
      >
        Use a passkey
      </Button>
    </>
  );
}
