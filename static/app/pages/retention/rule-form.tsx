/* A new rule. It can be saved only after it was said how much it would take, as it stands in the form. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item, type Reply } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { bytes, count, plural } from '../../ui/format';
import { toast } from '../../ui/toast';

type Preview = Reply<'POST /retention-rules/preview'>;

const kinds = [
  { value: 'recordings', label: 'Recordings: the sound' },
  { value: 'transcripts', label: 'Transcripts, and all made of them' },
  { value: 'calls', label: 'Whole calls' },
  { value: 'hooks', label: 'Hooks as they came' },
];
const directions = ['inbound', 'outbound', 'internal', 'unknown'];
const dispositions = ['answered', 'no_answer', 'busy', 'failed', 'voicemail', 'unknown'];
const choices = (all: string, of: string[]) => [
  { value: '', label: all },
  ...of.map((v) => ({ value: v, label: v.replace('_', ' ') })),
];

/** Of which calls a rule is, in words. */
export function wordsOf(r: Item<'GET /retention-rules'>): string {
  return (
    [
      r.direction,
      r.disposition?.replace('_', ' '),
      r.integration_name && `by ${r.integration_name}`,
    ]
      .filter(Boolean)
      .join(', ') || 'all'
  );
}

function foundOf(p: Preview, kind: string): string {
  const what = kind === 'hooks' ? 'hook' : 'call';
  const of = kind === 'recordings' || kind === 'transcripts' ? `${kind} of ` : '';
  const held = p.held ? ` A legal hold keeps ${count(p.held)}.` : '';
  if (!p.due) return `Nothing would go now.${held}`;
  const other = p.due - p.by_this;
  return `${capitalOf(of)}${plural(p.due, what)} would go within the hour${p.bytes ? ` (${bytes(p.bytes)})` : ''}${
    other ? `, ${count(other)} of them by rules that are there already` : ''
  }.${held} They cannot be brought back.`;
}
const capitalOf = (s: string) => s.charAt(0).toUpperCase() + s.slice(1);

export function RuleForm({ onClose, saved }: { onClose: () => void; saved: () => void }) {
  const [kind, setKind] = useState('recordings');
  const [days, setDays] = useState('365');
  const [integration, setIntegration] = useState('');
  const [direction, setDirection] = useState('');
  const [disposition, setDisposition] = useState('');
  const [seen, setSeen] = useState<{ of: string; preview: Preview }>();
  const [error, setError] = useState<ApiError>();
  const systems = useApi(refusalFor('integrations.read') ? null : 'GET /integrations', {});
  const of = kind === 'hooks' ? '' : 'calls';
  const body = {
    kind: kind as 'calls',
    ...(days.trim() ? { days: Number(days) } : { forever: true }),
    ...(integration ? { integration } : {}),
    ...(of && direction ? { direction: direction as 'inbound' } : {}),
    ...(of && disposition ? { disposition: disposition as 'answered' } : {}),
  };
  const stands = JSON.stringify(body);
  const counted = seen?.of === stands ? seen.preview : undefined;
  const act = async (work: () => Promise<void>) => {
    try {
      setError(undefined);
      await work();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
  };
  const submit = () =>
    act(async () => {
      if (!counted) {
        const preview = await api('POST /retention-rules/preview', { body });
        setSeen({ of: stands, preview });
        return;
      }
      await api('POST /retention-rules', { body });
      toast('Saved. What is due goes within the hour, and from then on when it is due.');
      saved();
      onClose();
    });
  return (
    <Dialog title="New rule" onClose={onClose}>
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
          label="What"
          name="kind"
          required
          value={kind}
          onChange={setKind}
          choices={kinds}
          error={error?.fields.kind}
        />
        <TextField
          label="Days"
          name="days"
          value={days}
          onChange={setDays}
          error={error?.fields.days ?? error?.fields.forever}
          help="After the call began. Empty: kept for ever, where a wider rule would delete it."
        />
        <SelectField
          label="Integration"
          name="integration"
          value={integration}
          onChange={setIntegration}
          error={error?.fields.integration}
          choices={[
            { value: '', label: 'All' },
            ...(systems.data?.items ?? []).map((i) => ({ value: i.id, label: i.name })),
          ]}
        />
        {of && (
          <>
            <SelectField
              label="Direction"
              name="direction"
              value={direction}
              onChange={setDirection}
              choices={choices('All', directions)}
              error={error?.fields.direction}
            />
            <SelectField
              label="How it ended"
              name="disposition"
              value={disposition}
              onChange={setDisposition}
              choices={choices('All', dispositions)}
              error={error?.fields.disposition}
            />
          </>
        )}
        <p class="note" role="status">
          {counted
            ? foundOf(counted, kind)
            : 'Of the rules that fit a call the one with the most conditions counts.'}
        </p>
        <Button type="submit" kind="main">
          {counted ? 'Save' : 'See what would go'}
        </Button>
      </form>
    </Dialog>
  );
}
