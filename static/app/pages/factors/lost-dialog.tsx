/* Removing the second factor of somebody who has lost it. */
import { useState } from 'preact/hooks';
import { api, type Item } from '../../api/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField } from '../../ui/field';
import { toast } from '../../ui/toast';
import { Refused, useRefusal } from './set-up';

const reasons = [
  { value: 'lost', label: 'The phone is lost' },
  { value: 'stolen', label: 'The phone was stolen' },
  { value: 'replaced', label: 'There is a new phone' },
  { value: 'other', label: 'Something else' },
] as const;
type Reason = (typeof reasons)[number]['value'];

export function LostDialog({
  of,
  onClose,
  done,
}: {
  of: Item<'GET /members'>;
  onClose: () => void;
  done: () => void;
}) {
  const [reason, setReason] = useState<Reason>('lost');
  const { refused, busy, attempt } = useRefusal();
  return (
    <Dialog title={`Remove the second factor of ${of.name}?`} onClose={onClose}>
      <form
        class="part form"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => {
            await api('POST /members/{}/second-factor/remove', { at: [of.id], body: { reason } });
            toast(`${of.name} signs in by password alone now.`);
            done();
          });
        }}
      >
        <p>
          Be sure it is {of.name} who asks. Their password is enough then; every device of theirs is
          signed out, and a mail tells them of it.
        </p>
        <Refused by={refused} />
        <SelectField
          label="Why"
          name="reason"
          required
          value={reason}
          onChange={(v) => setReason(v as Reason)}
          error={refused.reason}
          help="Stands in the audit log."
          choices={[...reasons]}
        />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" type="submit" busy={busy}>
            Remove
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
