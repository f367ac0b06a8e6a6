/* The report of the open call, and a part of it to take along. */
import { useState } from 'preact/hooks';
import type { Playback } from '../call/playback';
import { ClipDialog } from './clip-dialog';
import { ReportMenu, callForms } from './report-menu';

export function CallReport({
  call,
  recording,
  playback,
}: {
  call: string;
  recording: string | undefined;
  playback: Playback;
}) {
  const [clipping, setClipping] = useState(false);
  return (
    <>
      <ReportMenu
        forms={callForms(call)}
        more={
          recording ? { label: 'A part of the call…', open: () => setClipping(true) } : undefined
        }
      />
      {clipping && (
        <ClipDialog
          call={call}
          recording={recording}
          at={playback.time.peek()}
          onClose={() => setClipping(false)}
        />
      )}
    </>
  );
}
