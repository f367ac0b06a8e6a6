/* Gives the agent of a call something to practise: which verdict it rests on, what, until when. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { zone } from '../../api/session';
import type { Score } from '../../api/types';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { AreaField, SelectField, TextField } from '../../ui/field';
import { dayOf } from '../../ui/format';
import { toast } from '../../ui/toast';
import { answerOf } from '../call/evidence';

const fortnight = 14 * 86_400_000;

export function PlanDialog({
  call,
  score,
  onClose,
  done,
}: {
  call: string;
  score: Score | undefined;
  onClose: () => void;
  done: () => void;
}) {
  /* Only what counted can be measured again. */
  const asked = score?.criteria.filter((c) => c.points_bp !== null) ?? [];
  const worst = [...asked].sort((a, b) => lost(b) - lost(a))[0];
  const [criterion, setCriterion] = useState(worst?.key ?? '');
  const [what, setWhat] = useState('');
  const [due, setDue] = useState(dayOf(Date.now() + fortnight, zone.value));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const give = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await api('POST /calls/{}/coaching-plans', {
        at: [call],
        body: {
          what,
          due,
          ...(criterion && { criterion, card: score?.scorecard.card_id }),
        } as never,
      });
      toast('The plan is given.');
      done();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Plan coaching" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void give();
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <SelectField
          label="Because of"
          name="criterion"
          required
          value={criterion}
          onChange={setCriterion}
          error={error?.fields.criterion}
          choices={[
            ...asked.map((c) => ({
              value: c.key,
              label: `${c.text}: ${answerOf(c.answer, c).label}`,
            })),
            { value: '', label: 'The call as a whole' },
          ]}
        />
        <AreaField
          label="What to practise"
          name="what"
          required
          value={what}
          onChange={setWhat}
          error={error?.fields.what}
        />
        <TextField
          label="Until"
          name="due"
          type="date"
          required
          value={due}
          onChange={setDue}
          error={error?.fields.due}
        />
        <Button type="submit" kind="main" busy={busy}>
          Give the plan
        </Button>
      </form>
    </Dialog>
  );
}

const lost = (c: { weight: number; points_bp: number | null }) =>
  c.weight * (10_000 - (c.points_bp ?? 10_000));
