/* Says, while proof is only watched and not demanded yet, until when and what came without it. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { zone } from '../../api/session';
import type { IntegrationFull } from '../../api/types';
import { Button } from '../../ui/button';
import { count, whenOf } from '../../ui/format';
import { toast } from '../../ui/toast';

export const WATCH_DAYS = 7;

export function WatchNote({
  of,
  why,
  changed,
}: {
  of: IntegrationFull;
  why: string | undefined;
  changed: () => void;
}) {
  const [busy, setBusy] = useState(false);
  if (!of.unproven_until) return null;
  const without = of.refusals.find((r) => r.reason === 'unproven');

  const end = async () => {
    setBusy(true);
    try {
      await api('PATCH /integrations/{}', {
        at: [of.id],
        version: of.version,
        body: { unproven_days: 0 },
      });
      toast('Hooks that do not prove themselves are refused from now on.');
      changed();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };

  return (
    <div class="hint clock-note" role="status">
      <p>
        <strong>
          Anybody who has the address can post until {whenOf(of.unproven_until, zone.value)}.
        </strong>{' '}
        Hooks that do not prove themselves are taken until then and refused afterwards.{' '}
        {without
          ? `${count(without.count)} came without proof, the last ${whenOf(without.last_at, zone.value)} from ${without.last_source}${without.last_detail ? `: ${without.last_detail}` : '.'}`
          : 'None has come without proof so far.'}{' '}
        {of.secret_used_at
          ? `The last that proved itself came ${whenOf(of.secret_used_at, zone.value)}.`
          : 'None has proved itself yet: put the secret into the phone system.'}
      </p>
      <Button why={why} busy={busy} onClick={() => void end()}>
        Refuse them now
      </Button>
    </div>
  );
}
