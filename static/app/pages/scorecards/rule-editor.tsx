/* A rule as a form where it is one of the plain ones, else as the JSON it is. */
import { useState } from 'preact/hooks';
import { SelectField, TextField } from '../../ui/field';
import { NumberField, TextArea } from './fields';
import type { Rule } from './model';

type Shape = 'said' | 'not_said' | 'measure' | 'json';

const plain = new Set(['said', 'not_said', 'by', 'within_first_s', 'within_last_s', 'name']);
const measured = new Set(['measure', 'min', 'max', 'name']);

function shapeOf(rule: Rule): Shape {
  const keys = Object.keys(rule);
  if ('measure' in rule && keys.every((k) => measured.has(k))) return 'measure';
  if ('said' in rule && keys.every((k) => plain.has(k))) return 'said';
  if ('not_said' in rule && keys.every((k) => plain.has(k))) return 'not_said';
  return 'json';
}

const fresh: Record<Exclude<Shape, 'json'>, Rule> = {
  said: { said: ['thank you'], by: 'agent' },
  not_said: { not_said: ['i guarantee'], by: 'agent' },
  measure: { measure: 'longest_silence_ms', max: 30000 },
};

const measures = [
  ['agent_share_bp', 'Agent’s share of the talk (basis points)'],
  ['longest_silence_ms', 'Longest silence (ms)'],
  ['silence_ms', 'All silence (ms)'],
  ['overlap_ms', 'Both talk at once (ms)'],
  ['longest_monologue_ms', 'Longest monologue (ms)'],
  ['interruptions_by_agent', 'Interruptions by the agent'],
  ['interruptions_by_customer', 'Interruptions by the customer'],
  ['agent_wpm', 'Agent’s words per minute'],
  ['customer_wpm', 'Customer’s words per minute'],
  ['questions_by_agent', 'Questions by the agent'],
].map(([value, label]) => ({ value: value!, label: label! }));

/** A whole number, or nothing: what is left empty is no bound. */
const bound = (rule: Rule, key: string, text: string): Rule => {
  const { [key]: _, ...rest } = rule;
  return /^\d+$/.test(text) ? { ...rest, [key]: Number(text) } : rest;
};

export function RuleEditor({
  rule,
  onChange,
  error,
  measureOnly = false,
}: {
  rule: Rule;
  onChange: (rule: Rule) => void;
  error?: string | undefined;
  measureOnly?: boolean;
}) {
  const [asJson, setJson] = useState(shapeOf(rule) === 'json');
  const shape = asJson ? 'json' : shapeOf(rule);
  const set = (key: string, value: unknown) => onChange({ ...rule, [key]: value });
  const list = (shape === 'said' || shape === 'not_said') && rule[shape];
  return (
    <div class="rule">
      <SelectField
        label="The rule looks for"
        name="shape"
        required
        value={shape}
        error={error}
        choices={[
          ...(measureOnly
            ? []
            : [
                { value: 'said', label: 'Words that are said' },
                { value: 'not_said', label: 'Words that must not be said' },
              ]),
          { value: 'measure', label: 'A measure of the talk' },
          { value: 'json', label: 'Anything the rule language can say (JSON)' },
        ]}
        onChange={(v) => {
          setJson(v === 'json');
          if (v !== 'json' && v !== shape) onChange(fresh[v as Exclude<Shape, 'json'>]);
        }}
      />
      {Array.isArray(list) && (
        <>
          <TextArea
            label="Phrases, one a line"
            name="phrases"
            rows={Math.min(8, Math.max(3, list.length))}
            mono
            value={list.join('\n')}
            onChange={(text) => set(shape, text.split('\n'))}
            help="a|b: either word. record*: begins so. please?: may be missing. ~3: up to three words between. _: any word. #: a number."
          />
          <div class="pair">
            <SelectField
              label="Said by"
              name="by"
              required
              value={String(rule.by ?? 'agent')}
              choices={['agent', 'customer', 'anyone'].map((v) => ({ value: v, label: v }))}
              onChange={(v) => set('by', v)}
            />
            <TextField
              label="Within the first seconds"
              name="within_first_s"
              value={String(rule.within_first_s ?? '')}
              onChange={(v) => onChange(bound(rule, 'within_first_s', v))}
            />
          </div>
        </>
      )}
      {shape === 'measure' && (
        <div class="pair">
          <SelectField
            label="Measure"
            name="measure"
            required
            value={String(rule.measure)}
            choices={measures}
            onChange={(v) => set('measure', v)}
          />
          {measureOnly ? (
            <NumberField
              label="At least"
              name="min"
              max={1e9}
              value={Number(rule.min ?? 0)}
              onChange={(n) => set('min', n)}
            />
          ) : (
            <>
              <TextField
                label="At least"
                name="min"
                value={String(rule.min ?? '')}
                onChange={(v) => onChange(bound(rule, 'min', v))}
              />
              <TextField
                label="At most"
                name="max"
                value={String(rule.max ?? '')}
                onChange={(v) => onChange(bound(rule, 'max', v))}
              />
            </>
          )}
        </div>
      )}
      {shape === 'json' && <JsonRule rule={rule} onChange={onChange} />}
    </div>
  );
}

function JsonRule({ rule, onChange }: { rule: Rule; onChange: (rule: Rule) => void }) {
  const [text, setText] = useState(() => JSON.stringify(rule, null, 2));
  const [bad, setBad] = useState('');
  return (
    <TextArea
      label="Rule"
      name="rule"
      rows={Math.min(18, text.split('\n').length + 1)}
      mono
      value={text}
      error={bad}
      onChange={(next) => {
        setText(next);
        try {
          onChange(JSON.parse(next) as Rule);
          setBad('');
        } catch {
          setBad('This is not JSON yet; the rule before it stays.');
        }
      }}
    />
  );
}
