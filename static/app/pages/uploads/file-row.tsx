/* One file on the list: what is told with it, how far it is, and what can be done. */
import { zone } from '../../api/session';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { bytes, whenOf } from '../../ui/format';
import { Icon } from '../../ui/icon';
import type { Entry } from './entries';
import type { Facts } from './facts';
import { pause, remove, sendAgain, start } from './queue';

export const rowHeight = 64;

export function FileRow({
  entry: e,
  facts,
  edit,
  chosen,
  choose,
}: {
  entry: Entry;
  facts: Facts;
  edit: () => void;
  chosen: boolean;
  choose: (on: boolean) => void;
}) {
  const part = e.file.size ? Math.min(100, Math.floor((e.sent / e.file.size) * 100)) : 0;
  const calm = e.state === 'listed' || e.state === 'waiting';
  return (
    <li class={`upload ${e.state}`}>
      <input
        type="checkbox"
        aria-label={`Select ${e.path}`}
        checked={chosen}
        onChange={(event) => choose(event.currentTarget.checked)}
      />
      <div class="upload-text">
        <strong title={e.path}>{e.path}</strong>
        <p class={e.state === 'failed' ? 'bad-ink' : calm && facts.warning ? 'warn-ink' : 'note'}>
          {words(e, part, facts)}
        </p>
        {(e.state === 'sending' || e.state === 'paused') && (
          <progress max={100} value={part} aria-label={`Upload of ${e.path}`} />
        )}
      </div>
      <div class="actions">
        {(e.state === 'listed' || e.state === 'waiting') && (
          <Button kind="quiet" label={`Change what is told with ${e.path}`} onClick={edit}>
            Change
          </Button>
        )}
        {e.state === 'sending' && <Button onClick={() => pause([e.id])}>Pause</Button>}
        {e.state === 'paused' && <Button onClick={() => start([e.id])}>Go on</Button>}
        {e.state === 'failed' && e.tus && <Button onClick={() => start([e.id])}>Try again</Button>}
        {e.state === 'known' && <Button onClick={() => sendAgain(e.id)}>Upload anyway</Button>}
        {e.call && (
          <a class="button plain" href={to.call(e.call)}>
            Open the call
          </a>
        )}
        <Button kind="quiet" label={`Remove ${e.path}`} onClick={() => remove([e.id])}>
          <Icon name="close" />
        </Button>
      </div>
    </li>
  );
}

function words(e: Entry, part: number, facts: Facts): string {
  const size = bytes(e.file.size);
  if (e.state === 'failed') return e.reason ?? 'Failed.';
  if (e.state === 'known') return e.reason ?? 'It is here already.';
  if (e.state === 'paused') return `${part} % of ${size}, paused`;
  if (e.state === 'sending')
    return `${part} % of ${size}${e.resumed ? ', going on where it stopped' : ''}`;
  if (e.state === 'done')
    return `${size}, received. ${
      e.kept === 'asked'
        ? 'The analysis follows.'
        : e.kept
          ? 'Kept without analysis.'
          : 'The score follows by itself.'
    }`;
  const told = [
    facts.agent_shown || 'no agent',
    facts.direction,
    whenOf(facts.started_at, zone.value),
    facts.number,
    size,
  ];
  const text = told.filter(Boolean).join(' · ');
  return facts.warning ? `${facts.warning} ${text}` : text;
}
