/* Plans as rows: what, why with the words it rests on, until when, and whether the score moved. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { capital, clockMs, dateOf, dayOf, plural, points } from '../../ui/format';
import { toast } from '../../ui/toast';
import { TextDialog } from '../reviews/text-dialog';
import './coaching.css';

export type Plan = Item<'GET /coaching-plans'>;

export function Plans({
  plans,
  reload,
  agents = true,
}: {
  plans: Plan[];
  reload: () => void;
  /** Whether rows name their agent. */
  agents?: boolean;
}) {
  return (
    <ul class="plans">
      {plans.map((p) => (
        <PlanRow key={p.id} plan={p} reload={reload} agents={agents} />
      ))}
    </ul>
  );
}

function PlanRow({ plan: p, reload, agents }: { plan: Plan; reload: () => void; agents: boolean }) {
  const [ending, setEnding] = useState<'done' | 'cancelled'>();
  const may = !refusalFor('reviews.write');
  /* Who may answer but not review is an agent. */
  const own = !may && !refusalFor('reviews.answer');
  const over = p.state === 'done' || p.state === 'cancelled';
  const acknowledge = async () => {
    try {
      await api('POST /coaching-plans/{}/acknowledge', { at: [p.id] });
      reload();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
  };
  const end = async (note: string) => {
    await api('POST /coaching-plans/{}/end', {
      at: [p.id],
      body: { outcome: ending ?? 'done', note },
    });
    reload();
  };
  return (
    <li class="plan" aria-label={p.what}>
      <div class="plan-main">
        <p>
          <strong>{p.what}</strong>
        </p>
        <Why plan={p} />
        <p class="note">
          {agents && (
            <>
              <a href={to.agent(p.agent_id)}>{p.agent_name}</a>,{' '}
            </>
          )}
          {agents ? stateOf(p) : capital(stateOf(p))}
          {p.by && ` Given by ${p.by}, ${dateOf(p.created_at, zone.value)}.`}
        </p>
        {p.note && <p class="note">“{p.note}”</p>}
      </div>
      <div class="plan-side">
        <Moved plan={p} />
        <div class="actions">
          {own && p.state === 'open' && (
            <Button onClick={() => void acknowledge()}>I have read it</Button>
          )}
          {may && !over && (
            <>
              <Button onClick={() => setEnding('done')}>It is done</Button>
              <Button kind="quiet" onClick={() => setEnding('cancelled')}>
                Cancel it
              </Button>
            </>
          )}
        </div>
      </div>
      {ending && (
        <TextDialog
          title={ending === 'done' ? 'This plan is done' : 'Cancel this plan?'}
          label={ending === 'done' ? 'What came of it' : 'Reason'}
          action={ending === 'done' ? 'It is done' : 'Cancel the plan'}
          onText={end}
          onClose={() => setEnding(undefined)}
        />
      )}
    </li>
  );
}

function Why({ plan: p }: { plan: Plan }) {
  const link = p.call_id ? (
    <a href={to.call(p.call_id)}>{p.call_title || 'the call'}</a>
  ) : (
    'a call that is gone'
  );
  if (!p.why) return <p>About {link} as a whole.</p>;
  const span = p.why.span as { start_ms: number; words: string } | null;
  return (
    <p>
      {p.why.question}: {p.why.label || answers[p.why.answer] || p.why.answer} in {link}
      {span && (
        <>
          , {clockMs(span.start_ms)} “{span.words}”
        </>
      )}
      .
    </p>
  );
}

const answers: Record<string, string> = { yes: 'yes', no: 'no', partly: 'partly' };

/** Whether the score moved, with how many calls say so. */
function Moved({ plan: p }: { plan: Plan }) {
  if (!p.criterion) return null;
  if (p.before_bp === null && p.after_bp === null)
    return <p class="note">No call was scored on this yet.</p>;
  const by =
    p.before_bp !== null && p.after_bp !== null
      ? Math.round(p.after_bp / 100) - Math.round(p.before_bp / 100)
      : null;
  const tone = by === null || by === 0 ? '' : by > 0 ? 'good-ink' : 'bad-ink';
  return (
    <p class="moved">
      <span class="number">{p.before_bp === null ? '–' : points(p.before_bp)}</span>
      <span aria-hidden="true"> → </span>
      <span class="away"> before, then </span>
      <span class={`number ${tone}`}>{p.after_bp === null ? '–' : points(p.after_bp)}</span>
      <span class="note">
        {' '}
        {plural(p.before, 'call')} before, {p.after} since
      </span>
    </p>
  );
}

function stateOf(p: Plan): string {
  const late = p.due < dayOf(Date.now(), zone.value);
  if (p.state === 'done') return 'done.';
  if (p.state === 'cancelled') return 'cancelled.';
  const until = late ? `was due ${day(p.due)}` : `until ${day(p.due)}`;
  return `${until}${p.state === 'acknowledged' ? ', read by the agent.' : ', not read yet.'}`;
}

const day = (due: string) => dateOf(`${due}T12:00:00Z`, 'UTC');
