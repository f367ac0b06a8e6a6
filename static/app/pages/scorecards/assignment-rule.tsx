/* One rule of an assignment: everything left empty does not narrow. */
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import type { AssignRule } from './assignment';

const split = (text: string) =>
  text
    .split(',')
    .map((s) => s.trimStart())
    .filter(Boolean);

/** With the member, or without it where nothing is given. */
function put(rule: AssignRule, key: keyof AssignRule, value: unknown): AssignRule {
  const { [key]: _, ...rest } = rule;
  return value === undefined ? rest : { ...rest, [key]: value };
}

export function AssignmentRule({
  rule,
  n,
  errors,
  onChange,
  onRemove,
}: {
  rule: AssignRule;
  n: number;
  errors: Record<string, string>;
  onChange: (rule: AssignRule) => void;
  onRemove: () => void;
}) {
  const agents = useApi('GET /agents', { query: { limit: 100 } });
  const teams = useApi('GET /teams', { query: { limit: 100 } });
  const systems = useApi('GET /integrations');
  const err = (key: string) =>
    Object.entries(errors).find(([name]) => name.startsWith(`rules[${n}].${key}`))?.[1];
  const list = (key: 'queues' | 'languages' | 'tags', label: string, placeholder: string) => (
    <TextField
      label={label}
      name={`${key}-${n}`}
      value={(rule[key] ?? []).join(', ')}
      placeholder={placeholder}
      error={err(key)}
      onChange={(text) => onChange(put(rule, key, text.trim() ? split(text) : undefined))}
    />
  );
  const one = (
    key: 'agents' | 'teams' | 'integrations' | 'directions',
    label: string,
    choices: { value: string; label: string }[],
  ) => (
    <SelectField
      label={label}
      name={`${key}-${n}`}
      value={rule[key]?.[0] ?? ''}
      error={err(key)}
      choices={[{ value: '', label: 'Any' }, ...choices]}
      onChange={(v) => onChange(put(rule, key, v ? [v] : undefined))}
    />
  );
  const number = (key: 'min_s' | 'max_s' | 'percent', label: string, placeholder: string) => (
    <TextField
      label={label}
      name={`${key}-${n}`}
      value={String(rule[key] ?? '')}
      placeholder={placeholder}
      error={err(key)}
      onChange={(text) => onChange(put(rule, key, /^\d+$/.test(text) ? Number(text) : undefined))}
    />
  );
  const named = (items: { id: string; name: string }[] | undefined) =>
    (items ?? []).map((x) => ({ value: x.id, label: x.name }));
  return (
    <fieldset class="answers">
      <legend>{Object.keys(rule).length ? `Rule ${n + 1}` : 'Every call'}</legend>
      <div class="pair">
        {one('directions', 'Direction', [
          { value: 'inbound', label: 'Inbound' },
          { value: 'outbound', label: 'Outbound' },
          { value: 'internal', label: 'Internal' },
        ])}
        {list('queues', 'Queues', 'sales, support')}
        {one('agents', 'Agent', named(agents.data?.items))}
        {one('teams', 'Team', named(teams.data?.items))}
        {list('tags', 'Tags', 'complaint')}
        {one('integrations', 'Phone system', named(systems.data?.items))}
        {list('languages', 'Languages', 'en')}
        {number('min_s', 'Shortest, in seconds', '0')}
        {number('max_s', 'Longest, in seconds', 'any')}
        {number('percent', 'Share of the calls, in percent', '100')}
        <TextField
          label="At most, of each agent"
          name={`quota-${n}`}
          value={String(rule.per_agent?.n ?? '')}
          placeholder="as many as come"
          error={err('per_agent')}
          onChange={(text) =>
            onChange(
              put(
                rule,
                'per_agent',
                /^\d+$/.test(text)
                  ? { n: Number(text), per: rule.per_agent?.per ?? 'week' }
                  : undefined,
              ),
            )
          }
        />
        {rule.per_agent && (
          <SelectField
            label="in each"
            name={`per-${n}`}
            required
            value={rule.per_agent.per}
            choices={[
              { value: 'week', label: 'Week' },
              { value: 'month', label: 'Month' },
            ]}
            onChange={(per) =>
              onChange(
                put(rule, 'per_agent', { n: rule.per_agent!.n, per: per as 'week' | 'month' }),
              )
            }
          />
        )}
      </div>
      <Button kind="quiet" onClick={onRemove}>
        Remove this rule
      </Button>
    </fieldset>
  );
}
