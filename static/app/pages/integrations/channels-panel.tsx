/* Which channel of a phone system's stereo recordings the own people are on. */
import { api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { SelectField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

export function ChannelsPanel({ id, why }: { id: string; why: string | undefined }) {
  const now = useApi('GET /integrations/{}/channels', { at: [id] }, true);
  const set = async (agent_channel: string) => {
    try {
      await api('PUT /integrations/{}/channels', {
        at: [id],
        body: { agent_channel: agent_channel as 'left' | 'right' },
      });
      toast('Saved: recordings transcribed from now on.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    now.reload();
  };
  return (
    <Panel title="Stereo recordings">
      <div class="part form">
        {now.error ? (
          <Failed error={now.error} retry={now.reload} />
        ) : !now.data ? (
          <Loading rows={1} label="Loading channels" />
        ) : why ? (
          <p>The own people are on the {now.data.agent_channel} channel.</p>
        ) : (
          <SelectField
            label="The own people are on"
            name="agent_channel"
            required
            value={now.data.agent_channel}
            onChange={(value) => void set(value)}
            help="If agent and customer are the wrong way round in every stereo call, change this. For one call, swap the speakers there."
            choices={[
              { value: 'left', label: 'The left channel' },
              { value: 'right', label: 'The right channel' },
            ]}
          />
        )}
      </div>
    </Panel>
  );
}
