/* How far the machine agrees with people by one version of a card, question by question and rater by
 * rater; of all calls that people scored, or of one set of them. */
import type { ComponentChildren } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { BASE, fill } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { plural } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { kappaOf, pointsOf, poor, share, type Figures, type Report } from './figures';
import { Gate } from './gate';
import { PastScores } from './past-scores';
import { Stability } from './stability';

type Question = Report['questions'][number] & { id: string };
type Raters = Report['raters'][number] & { id: string };

const figure = <T extends Figures>(
  key: string,
  label: string,
  show: (row: T) => ComponentChildren,
): Column<T> => ({ key, label, class: 'number', phone: 'off', show });

const figures = <T extends Figures>(): Column<T>[] => [
  figure<T>('pairs', 'Compared', (r) => r.pairs),
  figure<T>('exact', 'Same answer', (r) => share(r.exact_bp)),
  figure<T>('within', 'Within 10', (r) => share(r.within_bp)),
  figure<T>('bias', 'Bias', (r) => pointsOf(r.bias_bp, true)),
  figure<T>('error', 'Mean error', (r) => pointsOf(r.error_bp)),
  { key: 'sentence', label: 'Figures', phone: 'only', show: sentenceOf },
];

/** On a phone figures without their names would say nothing. */
function sentenceOf(r: Figures): string {
  if (!r.pairs) return 'Nothing to compare';
  return [
    `${r.pairs} compared`,
    r.exact_bp !== null && `${share(r.exact_bp)} the same`,
    r.kappa_bp !== null && `kappa ${kappaOf(r.kappa_bp)}`,
    r.bias_bp !== null && `bias ${pointsOf(r.bias_bp, true)}`,
    r.error_bp !== null && `mean error ${pointsOf(r.error_bp)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

const questions: Column<Question>[] = [
  { key: 'text', label: 'Question', phone: 'lead', show: (q) => <strong>{q.text}</strong> },
  ...figures<Question>().slice(0, 2),
  figure<Question>('kappa', 'Kappa', (q) => (
    <span class={poor(q) ? 'warn-ink' : ''}>{kappaOf(q.kappa_bp)}</span>
  )),
  ...figures<Question>().slice(3),
  figure<Question>('left', 'Not assessed', (q) => q.left_out),
];

const raters: Column<Raters>[] = [
  {
    key: 'who',
    label: 'Who',
    phone: 'lead',
    show: (r) => (
      <strong>
        {r.first || 'Machine'} and {r.second}
      </strong>
    ),
  },
  ...figures<Raters>(),
];

/** The server compares no more. */
const MOST = 200;

export default function Agreement() {
  const { params } = useRoute();
  const { query } = useLocation();
  const id = params.id ?? '';
  const set = query.calibration;
  const found = useApi(
    'GET /scorecards/{}/agreement',
    { at: [id], query: set ? { calibration: set } : {} },
    true,
  );
  const above = set
    ? { href: to.calibration(set), label: 'Calibration' }
    : { href: to.scorecard(id), label: found.data?.name ?? 'Scorecard' };
  const file = `${BASE}${fill('/scorecards/{}/agreement/file', [id])}${set ? `?calibration=${set}` : ''}`;
  return (
    <Page
      title="Agreement"
      above={above}
      actions={
        found.data && found.data.calls > 0 ? (
          <a class="button plain" href={file} download>
            Download CSV
          </a>
        ) : undefined
      }
    >
      {found.error ? (
        <Failed error={found.error} retry={found.reload} />
      ) : !found.data ? (
        <Loading label="Comparing machine and people" />
      ) : (
        <Shown report={found.data} />
      )}
      {!set && found.data && (
        <>
          {!found.data.tried && <Stability id={id} />}
          <Gate id={id} />
          <PastScores id={id} done={found.reload} />
        </>
      )}
    </Page>
  );
}

function Shown({ report: r }: { report: Report }) {
  const bad = r.questions.filter(poor);
  return (
    <>
      <p class="note">
        {r.name}, version {r.version}.{' '}
        {r.tried && 'This draft is tried by its rules on the calls that people scored. '}
        {r.calls >= MOST && `Only the newest ${MOST} calls that people scored are compared. `}
        {r.no_machine > 0 && `${plural(r.no_machine, 'call')} without a score by this version. `}
        {r.kept_back > 0 &&
          `${plural(r.kept_back, 'call')} left out until you have submitted your own review.`}
      </p>
      {r.scores.pairs === 0 ? (
        <Empty>
          Nothing to compare yet: have people review calls that this card has scored, or import
          scores they gave elsewhere.
        </Empty>
      ) : (
        <>
          <Facts
            class="inline"
            items={[
              ['Scores compared', `${r.scores.pairs} of ${plural(r.calls, 'call')}`],
              ['Within 10 points', share(r.scores.within_bp)],
              ['Machine less people', `${pointsOf(r.scores.bias_bp, true)} points`],
              ['Mean error', `${pointsOf(r.scores.error_bp)} points`],
            ]}
          />
          <Panel title="Machine and people, by question">
            {bad.length > 0 && (
              <p class="panel-note warn-ink">
                {bad.length === 1
                  ? `“${bad[0]!.text}” agrees little better than chance`
                  : `${plural(bad.length, 'question')} agree little better than chance`}
                : say more exactly what counts, or let people answer.
              </p>
            )}
            <DataTable
              label="Agreement by question"
              rows={r.questions.map((q) => ({ ...q, id: q.key }))}
              columns={questions}
            />
          </Panel>
        </>
      )}
      {r.raters.length > 0 && (
        <Panel title="By rater">
          <DataTable
            label="Agreement by rater"
            rows={r.raters.map((x) => ({ ...x, id: `${x.first}|${x.second}` }))}
            columns={raters}
          />
        </Panel>
      )}
    </>
  );
}
