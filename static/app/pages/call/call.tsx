/* One call: what was said, how it was, and why it was judged so. Loads its parts side by side and
 * again when a notice says that the call changed. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { useLive } from '../../api/live';
import { refusalFor } from '../../api/session';
import type { CallFull } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Page, Panel, Tabs } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { directionLong, isPlayable, onItsWay } from '../calls/words';
import { CallPlans } from '../coaching/call-plans';
import { CallReport } from '../reports/call-report';
import { CallTags } from '../tags/call-tags';
import { AnalysisPanel } from './analysis-panel';
import { marksOf } from './evidence';
import { CallFacts, NoScore } from './header';
import { NotesPanel } from './notes-panel';
import { Beneath, Kept, Progress, SoundNotice, Stopped } from './notices';
import { partsOf } from './parts';
import { Playback, PlaybackContext } from './playback';
import { Player } from './player';
import { RecordPanel } from './record-panel';
import { OtherWords, RecordingChoice, heard, recordingName, sourceOf } from './recordings';
import { ScorePanel } from './score-panel';
import { SpokenContext, sayingIn } from './spoken';
import { TranscriptPanel } from './transcript';
import './call.css';
import './panels.css';

export default function CallPage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  return <OneCall key={id} id={id} />;
}

function OneCall({ id }: { id: string }) {
  const call = useApi('GET /calls/{}', { at: [id] }, true);
  const c = call.data;
  if (!c) {
    return (
      <Page title="Call" above={{ href: to.calls(), label: 'Calls' }}>
        {call.error ? (
          <Failed error={call.error} retry={call.reload} />
        ) : (
          <Loading label="Loading the call" />
        )}
      </Page>
    );
  }
  return <Shown call={c} reload={call.reload} />;
}

function Shown({ call: c, reload }: { call: CallFull; reload: () => void }) {
  const { query } = useLocation();
  const tab = query.tab ?? 'quality';
  const at = { at: [c.id] };
  const maybe = heard(c) || c.state === 'analysing';
  const transcript = useApi(maybe ? 'GET /calls/{}/transcript' : null, at, true);
  const analysis = useApi(heard(c) ? 'GET /calls/{}/analysis' : null, at, true);
  const by = { ...at, query: query.card ? { card: query.card } : {} };
  const score = useApi(heard(c) ? 'GET /calls/{}/score' : null, by, true);
  useLive(
    (n) => n.object === c.id,
    () => {
      reload();
      transcript.reload();
      analysis.reload();
      score.reload();
    },
  );

  const playback = useMemo(() => new Playback(), []);
  const deaf = refusalFor('recordings.listen');
  const playable = deaf ? [] : c.recordings.filter(isPlayable);
  const [chosen, choose] = useState('');
  const source = sourceOf(transcript.data, playable);
  const recording = playable.find((r) => r.id === chosen) ?? source;
  /* Another recording than the one that was written down: its words and marks are not these. */
  const other = Boolean(transcript.data && source && recording !== source);
  playback.home = other && source ? () => choose(source.id) : null;
  const marks = useMemo(() => marksOf(score.data, analysis.data), [score.data, analysis.data]);
  const agent = c.agent_name?.split(' ')[0] || 'Agent';
  const share = analysis.data?.agent_share_bp ?? c.agent_share_bp;

  const language = transcript.data?.language;
  const say = useMemo(() => sayingIn(language), [language]);
  const [cited, cite] = useState('');
  useEffect(() => {
    if (cited) document.getElementById(`criterion-${cited}`)?.scrollIntoView({ block: 'nearest' });
  }, [cited]);

  /* Nothing to hear or read: the record itself is what there is to show. */
  const bare = !onItsWay(c.state) && !recording && !deaf && !transcript.data && !score.data;
  const tabs = partsOf(c.id, Boolean(transcript.data), Boolean(analysis.data));

  return (
    <PlaybackContext.Provider value={playback}>
      <SpokenContext.Provider value={say}>
        <Page
          class={`call tab-${bare ? 'bare' : tab}`}
          title={c.title || `${directionLong(c.direction)} call`}
          above={{ href: to.calls(), label: 'Calls' }}
          actions={<CallReport call={c.id} recording={recording?.id} playback={playback} />}
        >
          <CallFacts
            call={c}
            sentiment={
              analysis.data && [analysis.data.sentiment_start_bp, analysis.data.sentiment_end_bp]
            }
          />
          <CallTags call={c.id} tags={c.tags} reload={reload} />
          {!bare && <Tabs label="Parts of the call" tabs={tabs} current={tab} />}
          <div class="call-grid">
            <div class="call-left">
              {onItsWay(c.state) && <Progress call={c} />}
              {c.trial && <p class="hint">This call was made by a trial. It is counted nowhere.</p>}
              <Beneath call={c} />
              <Stopped call={c} />
              <Kept call={c} />
              <SoundNotice call={c} />
              {deaf && c.has_recording && (
                <Panel class="notice">
                  <p>{deaf}</p>
                </Panel>
              )}
              <RecordingChoice
                all={c.recordings}
                playable={playable}
                shown={recording}
                choose={choose}
              />
              {recording && (
                <Player
                  call={c}
                  recording={recording}
                  transcript={other ? undefined : transcript.data}
                  share={other ? null : share}
                  agent={agent}
                  marks={other ? [] : marks}
                  reload={reload}
                />
              )}
              {other && source && (
                <OtherWords
                  name={recordingName(c.recordings, source)}
                  show={() => choose(source.id)}
                />
              )}
              {transcript.data && !other && (
                <TranscriptPanel
                  call={c.id}
                  transcript={transcript.data}
                  marks={marks}
                  agent={agent}
                  onCite={cite}
                />
              )}
              {bare && <RecordPanel call={c} />}
              <NotesPanel call={c} />
              {transcript.loading && !transcript.data && (
                <Panel title="Transcript">
                  <Loading rows={5} label="Loading the transcript" />
                </Panel>
              )}
            </div>
            <div class="call-side">
              {tab === 'record' && !bare ? (
                <RecordPanel call={c} />
              ) : tab === 'analysis' && analysis.data ? (
                <AnalysisPanel
                  analysis={analysis.data}
                  call={c.id}
                  transcript={transcript.data}
                  audible={Boolean(recording)}
                />
              ) : score.data ? (
                <ScorePanel
                  call={c.id}
                  score={score.data}
                  audible={Boolean(recording)}
                  reload={score.reload}
                />
              ) : (
                <NoScore call={c} loading={score.loading} />
              )}
              {tab === 'quality' && !bare && <CallPlans call={c} score={score.data} />}
            </div>
          </div>
        </Page>
      </SpokenContext.Provider>
    </PlaybackContext.Provider>
  );
}
