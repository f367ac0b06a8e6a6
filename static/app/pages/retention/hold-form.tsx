/* A new legal hold: on what, why, until when. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { AreaField, SelectField, TextField } from '../../ui/field';
import { startOfDay } from '../../ui/format';
import { toast } from '../../ui/toast';

const kinds = [
  { value: 'number', label: 'A customer’s number' },
  { value: 'agent', label: 'An agent' },
  { value: 'call', label: 'A call' },
  { value: 'tenant', label: 'Everything' },
];

export function HoldForm({ onClose, saved }: { onClose: () => void; saved: () => void }) {
  const [kind, setKind] = useState('number');
  const [what, setWhat] = useState('');
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [error, setError] = useState<ApiError>();
  const agents = useApi(refusalFor('calls.read') ? null : 'GET /agents', { query: { limit: 100 } });
  const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(what)?.[0] ?? what;
  const submit = async () => {
    try {
      await api('POST /legal-holds', {
        body: {
          kind: kind as 'call',
          reason,
          ...(kind === 'tenant' ? {} : { [kind]: kind === 'call' ? id : what }),
          ...(until ? { until: startOfDay(until, zone.value, 1) } : {}),
        },
      });
      toast('Held: no rule deletes it.');
      saved();
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
  };
  return (
    <Dialog title="New legal hold" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <SelectField
          label="On"
          name="kind"
          required
          value={kind}
          onChange={(v) => {
            setKind(v);
            setWhat('');
          }}
          choices={kinds}
          error={error?.fields.kind}
        />
        {kind === 'number' && (
          <TextField
            label="Number"
            name="number"
            required
            value={what}
            onChange={setWhat}
            error={error?.fields.number}
          />
        )}
        {kind === 'call' && (
          <TextField
            label="Call"
            name="call"
            required
            value={what}
            onChange={setWhat}
            error={error?.fields.call}
            help="The address of its page, or its id."
          />
        )}
        {kind === 'agent' && (
          <SelectField
            label="Agent"
            name="agent"
            required
            value={what}
            onChange={setWhat}
            error={error?.fields.agent}
            choices={[
              { value: '', label: 'Choose one' },
              ...(agents.data?.items ?? []).map((a) => ({ value: a.id, label: a.name })),
            ]}
          />
        )}
        <AreaField
          label="Why"
          name="reason"
          required
          value={reason}
          onChange={setReason}
          error={error?.fields.reason}
          help="For instance the file number of a court. Not whom it concerns."
        />
        <TextField
          label="Until and with"
          name="until"
          type="date"
          value={until}
          onChange={setUntil}
          error={error?.fields.until}
          help="Empty: until it is released."
        />
        <Button type="submit" kind="main">
          Hold
        </Button>
      </form>
    </Dialog>
  );
}
