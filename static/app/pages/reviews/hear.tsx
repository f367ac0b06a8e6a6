/* The recording of the call that is reviewed. The review brings no sound of its own: the call does, and
 * it tells the reviewer no score. */
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Player } from '../call/player';
import { isPlayable } from '../calls/words';
import '../call/call.css';

export function Hear({ call }: { call: string }) {
  const deaf = refusalFor('recordings.listen');
  const found = useApi(deaf ? null : 'GET /calls/{}', { at: [call] });
  const recording = found.data?.recordings.find(isPlayable);
  if (deaf) return <p class="note">{deaf}</p>;
  if (!found.data) return null;
  if (!recording) return <p class="note">The recording is gone; the words are all there is.</p>;
  return (
    <Player
      call={found.data}
      recording={recording}
      transcript={undefined}
      share={null}
      agent={found.data.agent_name ?? 'Agent'}
      marks={[]}
      reload={found.reload}
    />
  );
}
