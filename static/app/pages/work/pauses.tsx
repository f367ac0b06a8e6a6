/* What is paused, in a sentence each, and pausing. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { JobPause } from '../../api/types';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { whenOf } from '../../ui/format';
import { kindChoices, kindName } from './kinds';
import { attempt } from './words';

export function Pauses({ list, reload }: { list: JobPause[]; reload: () => void }) {
  const end = (p: JobPause) =>
    void attempt(() => api('DELETE /jobs/pauses/{}', { at: [p.id] }), 'It goes on.', reload);
  return (
    <>
      {list.map((p) => (
        <div class="hint paused" key={p.id}>
          <p>
            {p.kind ? `“${kindName(p.kind)}” is` : 'All work is'} paused since{' '}
            {whenOf(p.created_at, zone.value)} by {p.by || 'the operator of this service'}.{' '}
            {p.reason}
          </p>
          <Button
            why={
              p.by ? refusalFor('jobs.write') : 'Only the operator of this service can end this.'
            }
            onClick={() => end(p)}
          >
            Let it go on
          </Button>
        </div>
      ))}
    </>
  );
}

/** Asks what to pause and why. `onPause` sends it; its refusal is shown here. */
export function PauseDialog({
  what,
  onPause,
  onClose,
}: {
  what: string;
  onPause: (kind: string | undefined, reason: string | undefined) => Promise<unknown>;
  onClose: () => void;
}) {
  const [kind, setKind] = useState('');
  const [reason, setReason] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await onPause(kind || undefined, reason || undefined);
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e.message : String(e));
      setBusy(false);
    }
  };
  return (
    <Dialog title={what} onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        <p>What runs already ends; nothing new is begun until you let it go on.</p>
        <SelectField
          label="What"
          name="kind"
          value={kind}
          required
          choices={[{ value: '', label: 'All work' }, ...kindChoices]}
          onChange={setKind}
        />
        <TextField label="Reason" name="reason" value={reason} onChange={setReason} />
        <Button type="submit" kind="main" busy={busy}>
          Pause
        </Button>
      </form>
    </Dialog>
  );
}
