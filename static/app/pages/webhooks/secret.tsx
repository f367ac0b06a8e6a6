/* A new secret, shown this once. */
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { CopyField } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { fullTime } from '../../ui/format';
import type { Keys } from './endpoint-form';

export function SecretDialog({ of, onClose }: { of: Keys; onClose: () => void }) {
  return (
    <Dialog title="The new secret" onClose={onClose}>
      <div class="part form">
        <p>
          Put it where the receiver checks signatures. It is shown this once.
          {of.old_until &&
            ` Until ${fullTime(of.old_until, zone.value)} each delivery is signed by the one before as well.`}
        </p>
        <CopyField value={of.secret} label="Secret" />
        {of.public_key && <CopyField value={of.public_key} label="Public key" />}
        <div class="actions">
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  );
}
