/* Starting a part of the work once more: a recording that failed, the transcript, or whatever failed.
 * The page changes by itself when the server tells that the call did. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';

export function AnalyseCall({ call }: { call: string }) {
  return (
    <Again
      label="Analyse this call"
      done="The analysis begins."
      act={() => api('POST /calls/{}/analyse', { at: [call] })}
    />
  );
}

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

export function RetryCall({ call }: { call: string }) {
  return (
    <Again
      label="Try again"
      done="The call goes on from where it stopped."
      act={() => api('POST /calls/{}/retry', { at: [call] })}
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

/** On a call that stands beneath another: it is one of its own, whatever number and time say. */
export function StandAlone({ call }: { call: string }) {
  return (
    <Again
      label="Count as a call of its own"
      done="It stands for itself from now on."
      act={() => api('DELETE /calls/{}/link', { at: [call] })}
    />
  );
}

export function LookForTwin({ call }: { call: string }) {
  return (
    <Again
      label="Look again"
      done="Calls of other phone systems are looked through again."
      act={() => api('POST /calls/{}/link', { at: [call] })}
    />
  );
}
