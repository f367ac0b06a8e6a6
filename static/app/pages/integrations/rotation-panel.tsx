/* The two live secrets of an integration: which is in use, when the old one ends, changing to new
 * ones; and what was refused at its address, with the reason. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { zone } from '../../api/session';
import type { IntegrationFull, Rotated } from '../../api/types';
import { Button } from '../../ui/button';
import { CopyField } from '../../ui/copy';
import { Confirm } from '../../ui/dialog';
import { count, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { RotateDialog } from './rotate-dialog';

const seen = (at: string | null) => (at ? `last used ${whenOf(at, zone.value)}` : 'not used yet');

/** Whether the old one can go, in a sentence. */
function advice(of: IntegrationFull): string {
  const old = of.old!;
  const quiet = (at: string | null) => !at || (old.since !== null && at < old.since);
  const since = old.since ? ` since ${whenOf(old.since, zone.value)}` : '';
  if (!of.token_used_at)
    return 'The new address has not been used yet. Put it into the phone system.';
  if (!quiet(old.used_at))
    return 'Both addresses are in use. End the old one once it falls silent.';
  if (old.secret && !quiet(old.secret_used_at))
    return 'The new address is in use, still with the old secret. Put the new secret into the phone system too.';
  return `Nothing has come with the old ones${since}. They can go.`;
}

function Old({
  of,
  why,
  changed,
}: {
  of: IntegrationFull;
  why: string | undefined;
  changed: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const old = of.old!;
  const end = async () => {
    setBusy(true);
    try {
      await api('DELETE /integrations/{}/old', { at: [of.id] });
      toast('The old address is ended.');
      changed();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <p>
        Old address ending in <code>{old.tail}</code>: {seen(old.used_at)}
        {old.secret && `; its secret ${seen(old.secret_used_at)}`}. Ends{' '}
        {whenOf(old.ends_at, zone.value)}.
      </p>
      <p>{advice(of)}</p>
      <Button why={why} onClick={() => setAsking(true)}>
        End the old one now
      </Button>
      {asking && (
        <Confirm
          title="End the old address?"
          action="End it"
          busy={busy}
          onClose={() => setAsking(false)}
          onYes={() => void end()}
          text={`${advice(of)} Whatever still posts to the old address is refused from now on.`}
        />
      )}
    </>
  );
}

const refusals: Record<string, string> = {
  signature: 'did not verify',
  source: 'came from an address that is not listed',
  flood: 'came too fast',
};

export function RotationPanel({
  of,
  why,
  changed,
  made,
}: {
  of: IntegrationFull;
  why: string | undefined;
  changed: () => void;
  /** The new address, to be shown where addresses are. */
  made: (url: string) => void;
}) {
  const [asking, setAsking] = useState(false);
  const [fresh, setFresh] = useState<Rotated['secrets']>([]);
  return (
    <Panel title="Address and secrets">
      <div class="part doors">
        {fresh.map((s) => (
          <div key={s.name} class="fresh">
            <p>New {s.label.toLowerCase()}, shown this once:</p>
            <CopyField label={s.label} value={s.value} />
          </div>
        ))}
        <p>
          {of.old ? 'New address' : 'Address'} ending in <code>{of.hook_tail}</code>:{' '}
          {seen(of.token_used_at)}
          {of.secret_used_at && `; its secret last used ${whenOf(of.secret_used_at, zone.value)}`}.
        </p>
        {of.old ? (
          <Old of={of} why={why} changed={changed} />
        ) : (
          <Button why={why} onClick={() => setAsking(true)}>
            Change the secrets
          </Button>
        )}
        {of.refusals
          .filter((r) => r.reason !== 'unproven')
          .map((r) => (
            <p key={r.reason} class="bad-ink">
              {count(r.count)} {r.count === 1 ? 'hook' : 'hooks'} {refusals[r.reason]}, last{' '}
              {whenOf(r.last_at, zone.value)} from {r.last_source}
              {r.last_detail ? `: ${r.last_detail}` : '.'}
            </p>
          ))}
        {of.refusals.every((r) => r.reason === 'unproven') && (
          <p class="note">No hook to this address was ever refused.</p>
        )}
      </div>
      {asking && (
        <RotateDialog
          of={of}
          close={() => setAsking(false)}
          done={(r) => {
            setAsking(false);
            setFresh(r.secrets);
            made(r.hook_url);
            changed();
          }}
        />
      )}
    </Panel>
  );
}
