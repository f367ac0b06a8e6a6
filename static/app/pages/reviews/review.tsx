/* One review: what was said on the left, the questions on the right. Choosing words cites them for
 * the question that is at hand. */
import { useMemo, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { ApiError, api, type Reply } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { points } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { Playback, PlaybackContext } from '../call/playback';
import { questionsOf } from '../scorecards/model';
import { Hear } from './hear';
import { forget, useAnswers } from './kept';
import { QuestionAnswer, type Answer } from './question-answer';
import { Words, type Cited } from './words';
import './reviews.css';

type Review = Reply<'GET /reviews/{}'>;

const above = { href: to.reviews(), label: 'Reviews' };

export default function ReviewPage() {
  const { params } = useRoute();
  const found = useApi('GET /reviews/{}', { at: [params.id ?? ''] });
  if (!found.data)
    return (
      <Page title="Review" above={above}>
        {found.error ? (
          <Failed error={found.error} retry={found.reload} />
        ) : (
          <Loading label="Loading the review" />
        )}
      </Page>
    );
  return <Shown key={found.data.id} review={found.data} />;
}

function Shown({ review: r }: { review: Review }) {
  const { route } = useLocation();
  const questions = questionsOf(r.body);
  const playback = useMemo(() => new Playback(), []);
  const [answers, setAnswers] = useAnswers(r.id);
  const [at, setAt] = useState(questions[0]?.key ?? '');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const writable = r.mine && r.state === 'open';
  const title = r.title || 'Review of a call';

  const put = (key: string, change: Partial<Answer>) =>
    setAnswers((old) => {
      const before = old[key] ?? { answer: '', comment: '', spans: [] };
      return { ...old, [key]: { ...before, ...change } };
    });
  const cite = (span: Cited) => put(at, { spans: [...(answers[at]?.spans ?? []), span] });
  const applies = (key: string): boolean => {
    const on = questions.find((q) => q.key === key)?.if;
    if (!on) return true;
    const given = answers[on.question]?.answer ?? '';
    return applies(on.question) && (!given || on.is.includes(given));
  };

  const act = async (step: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setErrors({});
    try {
      await step();
      forget(r.id);
      route(to.call(r.call_id));
    } catch (e) {
      if (e instanceof ApiError) setErrors(e.fields);
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
  };
  const submit = () =>
    void act(() => {
      const list = questions
        .filter((q) => answers[q.key]?.answer && applies(q.key))
        .map((q) => {
          const { answer, comment, spans } = answers[q.key]!;
          const plain =
            ['yes', 'partly', 'no', 'na'].includes(answer) &&
            (!(q.levels || q.bands) || answer === 'na');
          return {
            key: q.key,
            comment,
            answer: plain ? answer : 'value',
            ...(plain ? {} : { value: answer }),
            spans: spans.map(({ turn, first, last }) => ({ turn, first, last })),
          };
        });
      return api('PUT /reviews/{}', { at: [r.id], body: { answers: list as never } });
    });

  return (
    <Page
      title={title}
      above={above}
      actions={
        writable && (
          <>
            <Button onClick={() => setLeaving(true)}>Put it back</Button>
            <Button kind="main" busy={busy} onClick={submit}>
              Submit
            </Button>
          </>
        )
      }
    >
      <p class="note">
        {r.card}, version {r.version}.{' '}
        {writable
          ? 'What the machine said is shown once you have submitted.'
          : r.state === 'open'
            ? `${r.reviewer} reviews this call.`
            : r.score_bp !== null
              ? `${r.reviewer} gave ${points(r.score_bp)}.`
              : `${r.reviewer} put it back.`}{' '}
        <a href={to.call(r.call_id)}>Open the call</a>
      </p>
      <div class="review-grid">
        <PlaybackContext.Provider value={playback}>
          <div class="review-said">
            <Hear call={r.call_id} />
            <Words
              turns={r.turns}
              cited={answers[at]?.spans ?? []}
              onCite={writable ? cite : undefined}
            />
          </div>
        </PlaybackContext.Provider>
        <div class="edit-side">
          {r.body.sections.map((s) => (
            <Panel key={s.name} title={s.name}>
              {s.questions.map((q) => (
                <QuestionAnswer
                  key={q.key}
                  question={q}
                  off={!applies(q.key)}
                  at={at === q.key}
                  given={r.criteria?.find((c) => c.key === q.key)}
                  answer={answers[q.key]}
                  error={errors[`answers.${q.key}`]}
                  writable={writable}
                  onAt={() => setAt(q.key)}
                  onChange={(change) => put(q.key, change)}
                />
              ))}
            </Panel>
          ))}
        </div>
      </div>
      {leaving && (
        <Confirm
          title="Put this review back?"
          text="You then see the call’s score, and cannot review the call by this version again."
          action="Put it back"
          busy={busy}
          onYes={() => void act(() => api('DELETE /reviews/{}', { at: [r.id] }))}
          onClose={() => setLeaving(false)}
        />
      )}
    </Page>
  );
}
