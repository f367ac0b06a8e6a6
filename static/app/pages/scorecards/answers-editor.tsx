/* The answers of a scale, a choice or a number, with what each is worth. */
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import { TextField } from '../../ui/field';
import { NumberField } from './fields';
import type { Band, Errors, Level, Question } from './model';
import { RuleEditor } from './rule-editor';

interface Props {
  question: Question;
  onChange: (q: Question) => void;
  errors: Errors;
  field: string;
}

export function LevelsEditor({ question: q, onChange, errors, field }: Props) {
  const levels = q.levels ?? [];
  const set = (next: Level[]) => onChange({ ...q, levels: next });
  const put = (n: number, change: Partial<Level>) =>
    set(levels.map((l, k) => (k === n ? { ...l, ...change } : l)));
  const ruled = levels.some((l) => l.rule);
  return (
    <fieldset class="answers">
      <legend>{q.type === 'scale' ? 'Levels, lowest first' : 'Choices'}</legend>
      {errors[`${field}.levels`] && <p class="field-error">{errors[`${field}.levels`]}</p>}
      {levels.map((l, n) => (
        <div class="level" key={n}>
          <TextField
            label="Value"
            name={`value-${n}`}
            required
            value={l.value}
            error={errors[`${field}.levels[${n}].value`]}
            onChange={(value) => put(n, { value })}
          />
          <TextField
            label={q.type === 'scale' ? 'What is heard at this level' : 'Answer'}
            name={`text-${n}`}
            required
            value={l.text ?? ''}
            error={errors[`${field}.levels[${n}].text`]}
            onChange={(text) => put(n, { text })}
          />
          <NumberField
            label="Points"
            name={`points-${n}`}
            max={100}
            value={l.points}
            error={errors[`${field}.levels[${n}].points`]}
            onChange={(points) => put(n, { points })}
          />
          <Button
            kind="quiet"
            label={`Remove “${l.text || l.value}”`}
            why={levels.length <= 2 ? 'There are two answers at least.' : undefined}
            onClick={() => set(levels.filter((_, k) => k !== n))}
          >
            <Icon name="close" />
          </Button>
          {l.rule && n < levels.length - 1 && (
            <RuleEditor
              rule={l.rule}
              error={errors[`${field}.levels[${n}].rule`]}
              onChange={(rule) => put(n, { rule })}
            />
          )}
        </div>
      ))}
      {ruled && <p class="note">The first answer whose rule holds is taken; else the last one.</p>}
      <Button
        onClick={() => {
          const last = levels.at(-1)?.points ?? 0;
          const added = { value: String(levels.length + 1), text: '', points: last };
          set(
            ruled
              ? [
                  ...levels.slice(0, -1),
                  { ...added, rule: { said: ['thank you'] } },
                  ...levels.slice(-1),
                ]
              : [...levels, added],
          );
        }}
      >
        Add an answer
      </Button>
    </fieldset>
  );
}

/** All levels but the last with a rule, or none with one. */
export const withLevelRules = (q: Question, on: boolean): Question => ({
  ...q,
  levels: (q.levels ?? []).map(({ rule, ...l }, n, all) =>
    on && n < all.length - 1 ? { ...l, rule: rule ?? { said: ['thank you'] } } : l,
  ),
});

export function BandsEditor({ question: q, onChange, errors, field }: Props) {
  const bands = q.bands ?? [];
  const set = (next: Band[]) => onChange({ ...q, bands: next });
  const put = (n: number, change: Partial<Band>) =>
    set(bands.map((b, k) => (k === n ? { ...b, ...change } : b)));
  return (
    <fieldset class="answers">
      <legend>Points by band; outside of all of them there are none</legend>
      {errors[`${field}.bands`] && <p class="field-error">{errors[`${field}.bands`]}</p>}
      {bands.map((b, n) => (
        <div class="level band" key={n}>
          {(['from', 'to', 'points'] as const).map((key) => (
            <NumberField
              key={key}
              label={key === 'from' ? 'From' : key === 'to' ? 'To' : 'Points'}
              name={`${key}-${n}`}
              min={key === 'points' ? 0 : -1e9}
              max={key === 'points' ? 100 : 1e9}
              value={b[key]}
              error={errors[`${field}.bands[${n}].${key}`]}
              onChange={(value) => put(n, { [key]: value })}
            />
          ))}
          <Button
            kind="quiet"
            label={`Remove the band from ${b.from}`}
            why={bands.length <= 1 ? 'There is one band at least.' : undefined}
            onClick={() => set(bands.filter((_, k) => k !== n))}
          >
            <Icon name="close" />
          </Button>
        </div>
      ))}
      <Button
        onClick={() => {
          const from = (bands.at(-1)?.to ?? -1) + 1;
          set([...bands, { from, to: from + 10, points: 0 }]);
        }}
      >
        Add a band
      </Button>
    </fieldset>
  );
}
