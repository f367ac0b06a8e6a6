/* A question as one reads it: its words, who answers it, what its answers are worth. */
import {
  deciderName,
  deciderOf,
  questionsOf,
  shareOf,
  type Body,
  type Question,
  type Section,
} from './model';

function answersLine(q: Question): string {
  if (q.levels) return q.levels.map((l) => `${l.text || l.value} ${l.points}`).join(' · ');
  if (q.bands) return q.bands.map((b) => `${b.from} to ${b.to}: ${b.points}`).join(' · ');
  return '';
}

export function QuestionRow({
  body,
  section,
  question: q,
}: {
  body: Body;
  section: Section;
  question: Question;
}) {
  const on = questionsOf(body).find((o) => o.key === q.if?.question);
  const notes = [q.help, answersLine(q), on && `Only after “${on.text}”: ${q.if!.is.join(', ')}`];
  return (
    <li>
      <div class="question">
        {q.text}
        {notes.filter(Boolean).map((n) => (
          <p class="note" key={n}>
            {n}
          </p>
        ))}
      </div>
      <span class="tags">
        {q.auto_fail && <span class="answer bad">Auto-fail</span>}
        <span class="answer none">{deciderName[deciderOf(q)]}</span>
      </span>
      <span class="weight">
        <b>{Math.round(shareOf(body, section, q))}</b>
        <span class="note"> %</span>
      </span>
    </li>
  );
}
