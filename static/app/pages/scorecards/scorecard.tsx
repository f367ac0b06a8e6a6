/* One scorecard, to read: sections, questions, their weights and who answers them. */
import { useRoute } from 'preact-iso';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { plural } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import './scorecards.css';

const above = { href: to.scorecards(), label: 'Scorecards' };

export default function Scorecard() {
  const { params } = useRoute();
  const found = useApi('GET /scorecards/{}', { at: [params.id ?? ''] });
  const card = found.data;
  if (!card) {
    return (
      <Page title="Scorecard" above={above}>
        {found.error ? (
          <Failed error={found.error} retry={found.reload} />
        ) : (
          <Loading label="Loading the scorecard" />
        )}
      </Page>
    );
  }
  const questions = card.sections.flatMap((s) => s.questions);
  const total = questions.reduce((sum, q) => sum + q.weight, 0);
  return (
    <Page title={card.name} above={above}>
      <Facts
        class="inline"
        items={[
          ['Version', String(card.version)],
          ['Questions', String(questions.length)],
          ['Decided by rules', String(questions.filter((q) => q.by_rule).length)],
          ['Auto-fail', String(questions.filter((q) => q.auto_fail).length)],
        ]}
      />
      {card.sections.map((s) => (
        <Panel
          key={s.name}
          title={s.name}
          side={<span class="note">{plural(s.questions.length, 'question')}</span>}
        >
          <ul class="questions">
            {s.questions.map((q) => (
              <li key={q.key}>
                <span class="question">{q.text}</span>
                <span class="tags">
                  {q.auto_fail && <span class="answer bad">Auto-fail</span>}
                  <span class="answer none">{q.by_rule ? 'Rule' : 'Language engine'}</span>
                </span>
                <span class="weight">
                  <b>{q.weight}</b>
                  <span class="note"> of {total}</span>
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      ))}
    </Page>
  );
}
