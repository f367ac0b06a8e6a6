/* Blocking a network by hand: which, why, until when. Where it would lock out oneself or a phone system it says so first. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { toast } from '../../ui/toast';

const ends = [
  { value: '1', label: 'In an hour' },
  { value: '24', label: 'In a day' },
  { value: '168', label: 'In a week' },
  { value: '720', label: 'In 30 days' },
  { value: '8760', label: 'In a year' },
];

export function BlockDialog({
  network: given,
  onClose,
  done,
}: {
  network: string;
  onClose: () => void;
  done: () => void;
}) {
  const [network, setNetwork] = useState(given);
  const [reason, setReason] = useState('');
  const [hours, setHours] = useState('24');
  const [confirm, setConfirm] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const asks = /or confirm\.$/.test(error?.fields.network ?? '') || confirm;
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api('POST /threats/blocks', {
        body: { network, reason, hours: Number(hours), confirm },
      });
      toast('The network is blocked within seconds.');
      done();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  return (
    <Dialog title="Block a network" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <TextField
          label="Network"
          name="network"
          required
          value={network}
          onChange={(value) => {
            setNetwork(value);
            setConfirm(false);
          }}
          placeholder="192.0.2.7 or 192.0.2.0/24"
          error={error?.fields.network}
          help="Its hooks, sessions and API keys are refused for your company. Other companies are not touched."
        />
        {asks && (
          <label class="check">
            <input
              type="checkbox"
              checked={confirm}
              onChange={(event) => setConfirm(event.currentTarget.checked)}
            />{' '}
            Block it all the same
          </label>
        )}
        <TextField
          label="Why"
          name="reason"
          required
          value={reason}
          onChange={setReason}
          error={error?.fields.reason}
        />
        <SelectField
          label="Ends"
          name="hours"
          required
          value={hours}
          onChange={setHours}
          error={error?.fields.hours}
          choices={ends}
        />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit" busy={busy}>
            Block
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
