/* What the call was about: summary, breaches, topics, things to do, mood and talk facts. */
import type { Analysis, Transcript } from '../../api/types';
import { clockMs, signed } from '../../ui/format';
import { Facts, Panel } from '../../ui/page';
import { Passed } from './passed';
import { Points, Section } from './points';
import { Customer, Journey, NextStep, Trackers } from './prospect-part';
import { CallTasks } from './tasks-part';

export function AnalysisPanel({
  analysis: a,
  call,
  transcript,
  audible,
}: {
  analysis: Analysis;
  call: string;
  transcript: Transcript | undefined;
  audible: boolean;
}) {
  return (
    <Panel
      class="analysis"
      title="Analysis"
      side={
        <span class="note">
          {a.engine} {a.engine_version}
        </span>
      }
    >
      <Passed asked={a.asked} />
      <Section title="Summary">
        <p>{a.summary || 'Too little was said for a summary.'}</p>
        {a.detailed && a.detailed !== a.summary && (
          <details>
            <summary>In detail</summary>
            <p>{a.detailed}</p>
          </details>
        )}
      </Section>
      <NextStep analysis={a} audible={audible} />
      <Points title="Breaches" points={a.breaches} audible={audible} link="breach" bad />
      <Points title="To do" points={a.actions} audible={audible} />
      <CallTasks call={call} />
      <Customer analysis={a} call={call} audible={audible} />
      <Points title="Key moments" points={a.moments} audible={audible} />
      <Trackers call={call} audible={audible} />
      <Points title="Topics" points={a.topics} audible={audible} look="brief" />
      <Section title="Sentiment">
        <Mood analysis={a} transcript={transcript} />
        <Journey emotions={a.emotions} audible={audible} />
      </Section>
      <Section title="Talk">
        <Talk analysis={a} />
      </Section>
    </Panel>
  );
}

const moods: Record<string, string> = {
  POSITIVE: 'Positive',
  NEUTRAL: 'Neutral',
  NEGATIVE: 'Negative',
  MIXED: 'Mixed',
};

function Mood({
  analysis: a,
  transcript,
}: {
  analysis: Analysis;
  transcript: Transcript | undefined;
}) {
  const turns = (transcript?.turns ?? []).filter((t) => t.sentiment_bp !== null);
  const end = turns[turns.length - 1]?.end_ms ?? 1;
  return (
    <>
      <p>
        {moods[a.sentiment] ?? a.sentiment}
        {a.sentiment_start_bp !== null && a.sentiment_end_bp !== null && (
          <span class="note">
            {' '}
            from {signed(a.sentiment_start_bp)} at the start to {signed(a.sentiment_end_bp)} at the
            end.
          </span>
        )}
        {a.sentiment_reason && <span class="note"> {a.sentiment_reason}</span>}
      </p>
      {turns.length > 1 && (
        <svg
          class="mood"
          viewBox="0 0 300 48"
          preserveAspectRatio="none"
          role="img"
          aria-label="Sentiment of each turn over the call: agent and customer, above the line is positive"
        >
          <path class="zero" d="M0 24h300" />
          {turns.map((t) => {
            const height = Math.max(1, Math.abs((t.sentiment_bp ?? 0) / 10000) * 22);
            const x = (t.start_ms / end) * 300;
            const width = Math.max(1.5, ((t.end_ms - t.start_ms) / end) * 300 - 1);
            const y = (t.sentiment_bp ?? 0) >= 0 ? 24 - height : 24;
            return <rect key={t.n} class={t.speaker} x={x} y={y} width={width} height={height} />;
          })}
        </svg>
      )}
    </>
  );
}

function Talk({ analysis: a }: { analysis: Analysis }) {
  return (
    <Facts
      class="grid"
      items={[
        ['Agent spoke', clockMs(a.agent_talk_ms)],
        ['Customer spoke', clockMs(a.customer_talk_ms)],
        ['Silence', clockMs(a.silence_ms)],
        ['Longest silence', clockMs(a.longest_silence_ms)],
        ['Both at once', clockMs(a.overlap_ms)],
        ['Longest monologue', clockMs(a.longest_monologue_ms)],
        ['Agent interrupted', times(a.interruptions_by_agent)],
        ['Customer interrupted', times(a.interruptions_by_customer)],
        ['Agent pace', pace(a.agent_wpm)],
        ['Customer pace', pace(a.customer_wpm)],
        ['Questions asked', String(a.questions_by_agent)],
      ]}
    />
  );
}

const times = (n: number) => (n === 0 ? 'never' : n === 1 ? 'once' : `${n} times`);
const pace = (wpm: number | null) => (wpm === null ? null : `${wpm} words/min`);
