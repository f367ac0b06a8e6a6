/* The form behind a question: its words, its answers, who gives them, and when it applies. */
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import { BandsEditor, LevelsEditor, withLevelRules } from './answers-editor';
import { ConditionEditor } from './condition-editor';
import { Check, NumberField, TextArea } from './fields';
import {
  asKind,
  deciderName,
  deciderOf,
  kindOf,
  kinds,
  type Decider,
  type Kind,
  type Question,
} from './model';
import type { Props } from './question-editor';
import { RuleEditor } from './rule-editor';

export function QuestionForm({ body, question: q, field, errors, onChange, onRemove }: Props) {
  const put = (change: Partial<Question>) => onChange({ ...q, ...change });
  const err = (name: string) => errors[`${field}.${name}`];
  const by = deciderOf(q);
  const decide = (next: Decider) => {
    const { rule, decided_by: _, ...rest } = q;
    const leveled = q.levels !== undefined;
    if (next !== 'rule')
      return onChange({
        ...(leveled ? withLevelRules(rest, false) : rest),
        ...(next === 'human' ? { decided_by: next } : {}),
      });
    if (leveled) return onChange(withLevelRules(rest, true));
    return onChange({
      ...rest,
      rule:
        rule ??
        (q.type === 'number'
          ? { measure: 'longest_silence_ms', min: 0 }
          : { said: ['thank you'], by: 'agent' }),
    });
  };
  return (
    <div class="form part question-form">
      <TextField
        label="Question"
        name="text"
        required
        value={q.text}
        error={err('text')}
        onChange={(text) => put({ text })}
      />
      <TextArea
        label="What to look for"
        name="help"
        value={q.help ?? ''}
        error={err('help')}
        onChange={(help) => {
          const { help: _, ...rest } = q;
          onChange(help ? { ...rest, help } : rest);
        }}
        help="Say what can be heard, so that two people would give the same answer."
      />
      <div class="pair">
        <SelectField
          label="Answer"
          name="type"
          required
          value={kindOf(q)}
          error={err('type')}
          choices={kinds}
          onChange={(v) => onChange(asKind(q, v as Kind))}
        />
        <SelectField
          label="Answered by"
          name="decided_by"
          required
          value={by}
          error={err('decided_by')}
          choices={(Object.keys(deciderName) as Decider[]).map((v) => ({
            value: v,
            label: deciderName[v],
          }))}
          onChange={(v) => decide(v as Decider)}
        />
        <NumberField
          label="Weight"
          name="weight"
          value={q.weight}
          error={err('weight')}
          onChange={(weight) => put({ weight })}
        />
        <TextField
          label="Key"
          name="key"
          required
          value={q.key}
          error={err('key')}
          onChange={(key) => put({ key })}
        />
      </div>
      {q.levels && <LevelsEditor question={q} field={field} errors={errors} onChange={onChange} />}
      {q.bands && <BandsEditor question={q} field={field} errors={errors} onChange={onChange} />}
      {q.rule && (
        <RuleEditor
          key={kindOf(q)}
          rule={q.rule}
          measureOnly={q.type === 'number'}
          error={Object.entries(errors).find(([n]) => n.startsWith(`${field}.rule`))?.[1]}
          onChange={(rule) => put({ rule })}
        />
      )}
      <div class="checks">
        <Check
          label="An answer worth nothing fails the whole call"
          checked={q.auto_fail ?? false}
          onChange={(auto_fail) => put({ auto_fail })}
        />
        {kindOf(q) === 'yes_no' && (
          <Check
            label="“Partly” is an answer"
            checked={q.partly ?? true}
            onChange={(partly) => put({ partly })}
          />
        )}
        <Check label="May not apply (N/A)" checked={q.na ?? true} onChange={(na) => put({ na })} />
        <Check
          label="A reviewer must say why"
          checked={q.comment ?? false}
          onChange={(comment) => put({ comment })}
        />
      </div>
      <ConditionEditor
        body={body}
        question={q}
        onChange={onChange}
        error={err('if') ?? err('if.question') ?? err('if.is')}
      />
      <div class="actions">
        <Button kind="danger" onClick={onRemove}>
          Remove this question
        </Button>
      </div>
    </div>
  );
}
