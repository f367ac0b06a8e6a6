/* One version of a scorecard, to read: sections, questions, their weights and who answers them; and
 * what can be done with it. */
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { plural } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { AssignmentPanel } from './assignment';
import { Download } from './download';
import { deciderOf, questionsOf, type Card } from './model';
import { QuestionRow } from './question-row';
import { Models } from './models';
import { Spread } from './spread';
import { Versions } from './versions';
import { stateName } from './words';
import './scorecards.css';

const above = { href: to.scorecards(), label: 'Scorecards' };

export default function Scorecard() {
  const { params } = useRoute();
  const found = useApi('GET /scorecards/{}', { at: [params.id ?? ''] }, true);
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
  return <Shown card={card} reload={found.reload} />;
}

function Shown({ card, reload }: { card: Card; reload: () => void }) {
  const { route } = useLocation();
  const [archiving, setArchiving] = useState(false);
  const questions = questionsOf(card.body);
  const act = async (step: () => Promise<void>) => {
    try {
      await step();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
  };
  const edit = () =>
    void act(async () => {
      const { id } = await api('POST /scorecards/{}/draft', { at: [card.id] });
      route(to.editScorecard(id));
    });
  const archive = () =>
    void act(async () => {
      await api('POST /scorecards/{}/archive', { at: [card.id] });
      setArchiving(false);
      reload();
    });
  return (
    <Page
      title={card.name}
      above={above}
      actions={
        <>
          <Download id={card.id} />
          <LinkButton why={refusalFor('reviews.write')} href={to.agreement(card.id)}>
            Agreement
          </LinkButton>
          {card.state === 'published' && (
            <Button why={refusalFor('scorecards.publish')} onClick={() => setArchiving(true)}>
              Archive
            </Button>
          )}
          {card.draft_id ? (
            <LinkButton
              kind="main"
              why={refusalFor('scorecards.write')}
              href={to.editScorecard(card.draft_id)}
            >
              {card.state === 'draft' ? 'Edit' : 'Edit the draft'}
            </LinkButton>
          ) : (
            <Button kind="main" why={refusalFor('scorecards.write')} onClick={edit}>
              {card.state === 'archived' ? 'Make a draft of it' : 'Edit'}
            </Button>
          )}
        </>
      }
    >
      <Facts
        class="inline"
        items={[
          ['Version', `${card.version}, ${(stateName[card.state] ?? card.state).toLowerCase()}`],
          ['Questions', String(questions.length)],
          ['Decided by rules', String(questions.filter((q) => deciderOf(q) === 'rule').length)],
          ['Auto-fail', String(questions.filter((q) => q.auto_fail).length)],
        ]}
      />
      {card.body.description && <p>{card.body.description}</p>}
      {card.body.sections.map((s) => (
        <Panel
          key={s.name}
          title={s.name}
          side={
            <span class="note">
              {plural(s.questions.length, 'question')}
              {s.weight !== undefined && `, weight ${s.weight}`}
            </span>
          }
        >
          <ul class="questions">
            {s.questions.map((q) => (
              <QuestionRow key={q.key} body={card.body} section={s} question={q} />
            ))}
          </ul>
        </Panel>
      ))}
      {card.state !== 'archived' && <AssignmentPanel id={card.id} />}
      <Spread id={card.id} />
      <Models id={card.id} />
      <Versions card={card} />
      {archiving && (
        <Confirm
          title="Archive this scorecard?"
          text="No more calls are scored by it. Its scores stay, and a draft of it can be published again."
          action="Archive"
          onYes={archive}
          onClose={() => setArchiving(false)}
        />
      )}
    </Page>
  );
}
