/* Starting a part of the work once more: fetching a recording that failed, or transcribing one.
 * The page changes by itself when the server tells that the call did. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';

function Again({ label, done, act }: { label: string; done: string; act: () => Promise<unknown> }) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await act();
      toast(done);
    } catch (error) {
      toast((error as Error).message, true);
    }
    setBusy(false);
  };
  return (
    <Button why={refusalFor('calls.write')} busy={busy} onClick={() => void run()}>
      {label}
    </Button>
  );
}

export function RetryRecording({ call, recording }: { call: string; recording: string }) {
  return (
    <Again
      label="Try again"
      done="The recording is tried again."
      act={() => api('POST /calls/{}/recordings/{}/retry', { at: [call, recording] })}
    />
  );
}

export function TranscribeAgain({ call }: { call: string }) {
  return (
    <Again
      label="Transcribe again"
      done="The call is transcribed and scored again."
      act={() => api('POST /calls/{}/transcript', { at: [call] })}
    />
  );
}
