/* One line of the field map: where a field comes from, what is made of it, and what that gives now. */
import type { FieldMap, MapPreview } from '../../api/types';
import type { Rule } from './map-draft';

type Field = FieldMap['fields'][number];
type Cell = MapPreview['result']['calls'][number]['cells'][number];

export const fieldNames: Record<string, string> = {
  call_id: 'Call id',
  direction: 'Direction',
  from: 'From',
  to: 'To',
  started_at: 'Started',
  answered_at: 'Answered',
  ended_at: 'Ended',
  duration: 'Length',
  talk: 'Talk',
  disposition: 'Outcome',
  agent: 'Agent',
  from_name: 'Name of the caller',
  queue: 'Queue',
  trunk: 'Trunk',
  recording_url: 'Recording',
};
const words: Record<string, string[]> = {
  direction: ['inbound', 'outbound', 'internal'],
  disposition: ['answered', 'no_answer', 'busy', 'failed', 'voicemail'],
};
const forms = [
  'auto',
  'unix',
  'unix_ms',
  'YYYY-MM-DD HH:mm:ss',
  'DD/MM/YYYY HH:mm:ss',
  'DD-MM-YYYY HH:mm:ss',
  'MM/DD/YYYY hh:mm:ss A',
  'D MMM YYYY HH:mm:ss',
];

function How({ field, rule, set }: { field: Field; rule: Rule; set: (r: Partial<Rule>) => void }) {
  const name = fieldNames[field.name] ?? field.name;
  const choices = words[field.kind];
  const input = (key: keyof Rule, hint: string, list?: string) => (
    <input
      aria-label={`${name}: ${hint}`}
      placeholder={hint}
      value={rule[key] as string}
      list={list}
      onInput={(event) => set({ [key]: event.currentTarget.value })}
    />
  );
  return (
    <div class="map-how">
      {choices && (
        <>
          <textarea
            rows={3}
            aria-label={`${name}: table`}
            placeholder={`what it sends = ${choices[0]}`}
            value={rule.table}
            onInput={(event) => set({ table: event.currentTarget.value })}
          />
          <select
            aria-label={`${name}: everything else`}
            value={rule.other}
            onChange={(event) => set({ other: event.currentTarget.value })}
          >
            <option value="">anything else: as sent</option>
            {choices.map((c) => (
              <option value={c}>anything else: {c}</option>
            ))}
          </select>
        </>
      )}
      {field.kind === 'time' && (
        <>
          {input('form', 'form: auto', 'map-forms')}
          {input('zone', 'zone of the map')}
        </>
      )}
      {field.kind === 'seconds' && (
        <select
          aria-label={`${name}: unit`}
          value={rule.form}
          onChange={(event) => set({ form: event.currentTarget.value })}
        >
          <option value="">seconds or hh:mm:ss</option>
          <option value="s">seconds</option>
          <option value="ms">milliseconds</option>
          <option value="min">minutes</option>
        </select>
      )}
      {(field.name === 'from' || field.name === 'to') &&
        input('out', 'calls that go out: from', 'map-names')}
      {field.kind !== 'seconds' && field.kind !== 'time' && input('const', 'always, or if blank')}
    </div>
  );
}

export function RuleRow({
  field,
  rule,
  set,
  cell,
}: {
  field: Field;
  rule: Rule;
  set: (r: Partial<Rule>) => void;
  cell: Cell | undefined;
}) {
  const name = fieldNames[field.name] ?? field.name;
  return (
    <tr>
      <th scope="row">
        {name}
        {!field.required && <span class="optional"> optional</span>}
      </th>
      <td>
        <input
          aria-label={`${name} comes from`}
          placeholder="name of what is sent"
          list="map-names"
          value={rule.from}
          onInput={(event) => set({ from: event.currentTarget.value })}
        />
      </td>
      <td>
        <How field={field} rule={rule} set={set} />
      </td>
      <td class="map-now" aria-label={`${name} now`}>
        {cell?.why ? <span class="bad-ink">{cell.why}</span> : (cell?.value ?? '')}
      </td>
    </tr>
  );
}

export const Forms = () => (
  <datalist id="map-forms">
    {forms.map((f) => (
      <option value={f} />
    ))}
  </datalist>
);
