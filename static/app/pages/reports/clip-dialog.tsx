/* A part of a call to take along: its sound and what is said in it. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { refusalFor } from '../../api/session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { clock } from '../../ui/format';
import { save } from './save';

/** "1:02:03", "2:03" or "63" as seconds. */
export function secondsOf(text: string): number | undefined {
  const parts = text.trim().split(':');
  if (parts.length > 3 || parts.some((p) => !/^\d{1,5}$/.test(p))) return undefined;
  return parts.reduce((sum, p) => sum * 60 + Number(p), 0);
}

export function ClipDialog({
  call,
  recording,
  at,
  onClose,
}: {
  call: string;
  recording: string | undefined;
  /** Where the listener is, in seconds. */
  at: number;
  onClose: () => void;
}) {
  const [from, setFrom] = useState(clock(Math.max(0, Math.floor(at))));
  const [to, setTo] = useState(clock(Math.max(0, Math.floor(at)) + 30));
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const get = async (ending: 'zip' | 'md') => {
    const [a, b] = [secondsOf(from), secondsOf(to)];
    if (a === undefined || b === undefined) return setError('Give times like 2:03.');
    if (busy) return;
    setBusy(true);
    setError('');
    const which = recording ? `&recording=${recording}` : '';
    try {
      await save(`/calls/${call}/clip.${ending}?from_ms=${a * 1000}&to_ms=${b * 1000}${which}`);
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e.message : String(e));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Save a part of this call" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void get(refusalFor('recordings.listen') ? 'md' : 'zip');
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        <TextField label="From" name="from_ms" required value={from} onChange={setFrom} />
        <TextField
          label="To"
          name="to_ms"
          required
          value={to}
          onChange={setTo}
          help="At most five minutes after the beginning."
        />
        <div class="actions">
          <Button
            kind="main"
            busy={busy}
            why={refusalFor('recordings.listen')}
            onClick={() => void get('zip')}
          >
            Save sound and words
          </Button>
          <Button busy={busy} onClick={() => void get('md')}>
            Only the words
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
