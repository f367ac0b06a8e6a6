/* Correcting the words of one turn. What is saved is a new version: the old one stays readable. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { Turn } from '../../api/types';
import { Button } from '../../ui/button';
import { clockMs } from '../../ui/format';
import { toast } from '../../ui/toast';

export function TurnEditor({
  call,
  transcript,
  turn,
  close,
}: {
  call: string;
  transcript: string;
  turn: Turn;
  close: () => void;
}) {
  const [text, setText] = useState(turn.words.map((w) => w.t).join(' '));
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);

  const save = async () => {
    setBusy(true);
    setError('');
    try {
      await api('POST /calls/{}/transcript/turns', {
        at: [call],
        body: { transcript, turn: turn.n, text },
      });
      toast('Corrected. The call is analysed and scored anew.');
      close();
    } catch (e) {
      setError(e instanceof ApiError ? (e.fields.text ?? e.message) : String(e));
      setBusy(false);
    }
  };

  return (
    <form
      class="turn-edit turn-editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
      onKeyDown={(event) => {
        event.stopPropagation(); /* keys here are text, not shortcuts */
        if (event.key === 'Escape') close();
      }}
    >
      <label for={`turn-${turn.n}`}>What is said at {clockMs(turn.start_ms)}</label>
      <textarea
        id={`turn-${turn.n}`}
        ref={area}
        rows={Math.min(10, Math.ceil(text.length / 70) + 1)}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {error && (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
      <div class="actions">
        <Button kind="main" type="submit" busy={busy}>
          Save
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
    </form>
  );
}
