/* A link to hand over, shown this once. */
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { CopyField } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { whenOf } from '../../ui/format';

export interface HandOver {
  kind: 'invitation' | 'password';
  who: string;
  link: string;
  until: string;
}

export function LinkDialog({ of, onClose }: { of: HandOver; onClose: () => void }) {
  return (
    <Dialog
      title={of.kind === 'invitation' ? 'The invitation’s link' : 'Link for a new password'}
      onClose={onClose}
    >
      <div class="part form">
        <p>
          Hand this to <strong>{of.who}</strong> and to nobody else: whoever opens it chooses the
          password. It works once, until {whenOf(of.until, zone.value)}, and is not shown again.
        </p>
        <CopyField value={of.link} label="Link" />
        <div class="actions">
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  );
}
