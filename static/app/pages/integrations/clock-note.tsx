/* Says when the times in the records do not fit their arrival, and mends a wrong zone. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { useLive } from '../../api/live';
import type { IntegrationFull } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';

export function ClockNote({
  of,
  why,
  saved,
}: {
  of: IntegrationFull;
  why: string | undefined;
  saved: () => void;
}) {
  const clock = useApi('GET /integrations/{}/clock', { at: [of.id] }, true);
  useLive((n) => n.kind === 'replay.updated', clock.reload);
  const [busy, setBusy] = useState(false);
  const c = clock.data;
  if (!c || c.state === 'fine' || c.state === 'unknown') return null;

  const mend = async () => {
    setBusy(true);
    try {
      const own = of.setting_fields.some((f) => f.name === c.setting);
      await api('PATCH /integrations/{}', {
        at: [of.id],
        version: of.version,
        body: own ? { settings: { [c.setting ?? '']: c.better } } : { zone: c.better ?? '' },
      });
      await api('POST /replays', { body: { integration: of.id } });
      toast(`The zone is ${c.better} now. What came before is being read again.`);
      saved();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
    clock.reload();
  };

  return (
    <div class="hint clock-note" role="status">
      <p>
        {c.text} Now it is {c.zone}.
      </p>
      {c.sure && c.better ? (
        <Button why={why} busy={busy} onClick={() => void mend()}>
          Set {c.better} and read again
        </Button>
      ) : (
        c.state === 'zone' && <p>Choose the right zone in the settings, then read again.</p>
      )}
    </div>
  );
}
