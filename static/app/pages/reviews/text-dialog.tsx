/* Asks for a few words and sends them; a refusal is shown here. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';

export function TextDialog({
  title,
  label,
  action,
  onText,
  onClose,
}: {
  title: string;
  label: string;
  action: string;
  onText: (text: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await onText(text);
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e.message : String(e));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        <TextField label={label} name="text" required value={text} onChange={setText} />
        <Button type="submit" kind="main" busy={busy}>
          {action}
        </Button>
      </form>
    </Dialog>
  );
}
