/* A call that no phone system told of, logged by hand. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { AreaField, SelectField, TextField } from '../../ui/field';
import { Page, Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { useAgents } from '../uploads/use-agents';
import { whenFrom } from '../uploads/when';
import { directionChoices } from './filters';

const outcomes = [
  { value: 'answered', label: 'Answered' },
  { value: 'no_answer', label: 'No answer' },
  { value: 'busy', label: 'Busy' },
  { value: 'voicemail', label: 'Voicemail' },
  { value: 'failed', label: 'Failed' },
];

const empty = {
  direction: 'outbound',
  number: '',
  other: '',
  agent: '',
  began: '',
  minutes: '',
  disposition: 'answered',
  contact_name: '',
  notes: '',
};

/** "95 s" of "1:35" or "2" minutes. */
function secondsOf(text: string): number | undefined {
  const [, min = '', s] = /^(\d+)(?::(\d\d))?$/.exec(text.trim()) ?? [];
  return min === '' ? undefined : Number(min) * 60 + Number(s ?? 0);
}

export default function NewCall() {
  const { route, query } = useLocation();
  const agents = useAgents();
  const [v, setV] = useState({ ...empty, number: query.number ?? '' });
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const why = refusalFor('calls.write');
  const set = (by: Partial<typeof empty>) => setV({ ...v, ...by });
  const inbound = v.direction === 'inbound';
  const numberField = inbound ? 'from_number' : 'to_number';

  const save = async () => {
    const started = v.began ? whenFrom(v.began.replace('T', ' '), 'ymd', zone.value) : null;
    if (!started) {
      setError(new ApiError(422, '', 'Say when it was.', { started_at: 'Say when it was.' }));
      return;
    }
    const seconds = secondsOf(v.minutes);
    if (v.minutes.trim() && seconds === undefined) {
      setError(
        new ApiError(422, '', 'The length is none.', { duration_s: 'Write minutes, or 1:35.' }),
      );
      return;
    }
    setBusy(true);
    setError(undefined);
    const filled = Object.fromEntries(
      Object.entries({
        [numberField]: v.number,
        [inbound ? 'to_number' : 'from_number']: v.other,
        agent: v.agent,
        contact_name: v.contact_name,
        notes: v.notes,
      })
        .map(([name, value]) => [name, value.trim()])
        .filter(([, value]) => value),
    );
    try {
      const { id } = await api('POST /calls', {
        body: {
          ...filled,
          direction: v.direction as 'inbound',
          disposition: v.disposition as 'answered',
          started_at: started,
          ...(seconds !== undefined && { duration_s: seconds }),
        },
      });
      toast('Logged.');
      route(to.call(id));
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };
  const faults = error?.fields ?? {};

  return (
    <Page title="Log a call" above={{ href: to.calls(), label: 'Calls' }}>
      <Panel class="connect">
        <form
          class="form part"
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy && !why) void save();
          }}
        >
          {error && (
            <p class="form-error" role="alert">
              {error.message}
            </p>
          )}
          <SelectField
            label="Direction"
            name="direction"
            required
            value={v.direction}
            choices={directionChoices}
            onChange={(direction) => set({ direction })}
          />
          <TextField
            label={inbound ? 'Who called' : 'Who was called'}
            name={numberField}
            value={v.number}
            onChange={(number) => set({ number })}
            required={v.direction !== 'internal'}
            error={faults[numberField]}
            help="The number, best with its country: +44 20 7946 0001."
          />
          {v.direction !== 'internal' && (
            <TextField
              label="Name of the contact"
              name="contact_name"
              value={v.contact_name}
              onChange={(contact_name) => set({ contact_name })}
              error={faults.contact_name}
              help="Makes a contact, where the number has none yet."
            />
          )}
          <SelectField
            label="Agent"
            name="agent"
            value={v.agent}
            onChange={(agent) => set({ agent })}
            error={faults.agent}
            choices={[
              { value: '', label: 'Not known' },
              ...agents.map((a) => ({ value: a.id, label: `${a.name} (${a.extension})` })),
            ]}
          />
          <TextField
            label="Began"
            name="started_at"
            type="datetime-local"
            value={v.began}
            onChange={(began) => set({ began })}
            required
            error={faults.started_at}
            help={`In the time of ${zone.value}.`}
          />
          <TextField
            label="Length"
            name="duration_s"
            value={v.minutes}
            onChange={(minutes) => set({ minutes })}
            error={faults.duration_s}
            help="Minutes, or minutes and seconds as 1:35."
          />
          <SelectField
            label="Outcome"
            name="disposition"
            required
            value={v.disposition}
            choices={outcomes}
            onChange={(disposition) => set({ disposition })}
          />
          <AreaField
            label="Notes"
            name="notes"
            value={v.notes}
            onChange={(notes) => set({ notes })}
            error={faults.notes}
          />
          <Button type="submit" kind="main" why={why} busy={busy}>
            Log the call
          </Button>
          <p class="field-help">A recording can be added afterwards, on the call's page.</p>
        </form>
      </Panel>
    </Page>
  );
}
