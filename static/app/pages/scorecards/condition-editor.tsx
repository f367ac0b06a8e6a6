/* When a question applies: always, or only after certain answers to another one. */
import { SelectField } from '../../ui/field';
import { Check } from './fields';
import { answersOf, questionsOf, type Body, type Question } from './model';

export function ConditionEditor({
  body,
  question: q,
  onChange,
  error,
}: {
  body: Body;
  question: Question;
  onChange: (q: Question) => void;
  error?: string | undefined;
}) {
  const others = questionsOf(body).filter((o) => o.key !== q.key && o.type !== 'number');
  const on = others.find((o) => o.key === q.if?.question);
  const choose = (key: string) => {
    const { if: _, ...rest } = q;
    const next = others.find((o) => o.key === key);
    onChange(next ? { ...rest, if: { question: key, is: [answersOf(next)[0]!.value] } } : rest);
  };
  const toggle = (value: string, yes: boolean) => {
    const is = (q.if?.is ?? []).filter((v) => v !== value);
    onChange({ ...q, if: { question: q.if!.question, is: yes ? [...is, value] : is } });
  };
  return (
    <div class="condition">
      <SelectField
        label="Applies"
        name="if"
        required
        value={q.if?.question ?? ''}
        error={error}
        choices={[
          { value: '', label: 'Always' },
          ...others.map((o) => ({ value: o.key, label: `Depending on: ${o.text}` })),
        ]}
        onChange={choose}
      />
      {on && (
        <fieldset class="checks">
          <legend>Only where that is answered</legend>
          {answersOf(on).map((a) => (
            <Check
              key={a.value}
              label={a.label}
              checked={q.if?.is.includes(a.value) ?? false}
              onChange={(yes) => toggle(a.value, yes)}
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}
