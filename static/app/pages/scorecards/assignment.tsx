/* Which calls get the card, rule by rule, and what its scores are good for. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { AssignmentRule } from './assignment-rule';

type Assignment = Reply<'GET /scorecards/{}/assignment'>;
export type AssignRule = Assignment['rules'][number];

const modes = [
  { value: 'decide', label: 'Its scores count' },
  { value: 'suggest', label: 'Its scores are shown as suggestions and do not count' },
  { value: 'manual', label: 'Only people score by it' },
];

export function AssignmentPanel({ id }: { id: string }) {
  const found = useApi('GET /scorecards/{}/assignment', { at: [id] });
  return (
    <Panel title="Which calls get this card">
      {found.error ? (
        <Failed error={found.error} retry={found.reload} />
      ) : found.data ? (
        <Form key={found.data.version} id={id} given={found.data} reload={found.reload} />
      ) : (
        <Loading rows={2} label="Loading the rules" />
      )}
    </Panel>
  );
}

function Form({ id, given, reload }: { id: string; given: Assignment; reload: () => void }) {
  const [mode, setMode] = useState(given.mode);
  const [rules, setRules] = useState<AssignRule[]>(given.rules);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const why = refusalFor('scorecards.publish');
  const dirty = mode !== given.mode || rules !== given.rules;
  useEffect(() => setErrors({}), [rules]);

  const save = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await api('PUT /scorecards/{}/assignment', {
        at: [id],
        version: given.version,
        body: { mode: mode as 'decide' | 'suggest' | 'manual', rules: rules as never },
      });
      toast('Calls that come in from now on follow these rules.');
      reload();
    } catch (e) {
      if (e instanceof ApiError) setErrors(e.fields);
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
  };

  return (
    <form
      class="form part assignment"
      onSubmit={(event) => {
        event.preventDefault();
        if (!why) void save();
      }}
    >
      {rules.length === 0 && <p>No call gets this card. Add a rule so that calls are scored.</p>}
      {rules.length > 1 && <p class="note">A call gets the card if one of the rules takes it.</p>}
      {rules.map((rule, n) => (
        <AssignmentRule
          key={n}
          rule={rule}
          n={n}
          errors={errors}
          onChange={(next) => setRules(rules.map((r, k) => (k === n ? next : r)))}
          onRemove={() => setRules(rules.filter((_, k) => k !== n))}
        />
      ))}
      <div class="actions">
        <Button why={why} onClick={() => setRules([...rules, {}])}>
          {rules.length ? 'Add another rule' : 'Add a rule'}
        </Button>
      </div>
      <SelectField
        label="Scores"
        name="mode"
        required
        value={mode}
        choices={modes}
        onChange={setMode}
      />
      {dirty && (
        <div class="actions">
          <Button type="submit" kind="main" busy={busy} why={why}>
            Save
          </Button>
          <Button
            onClick={() => {
              setMode(given.mode);
              setRules(given.rules);
            }}
          >
            Undo
          </Button>
        </div>
      )}
    </form>
  );
}
