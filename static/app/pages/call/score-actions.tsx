/* What people do with a score: review the call themselves, void it, or, as its agent, say so. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import type { Score } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';
import { TextDialog } from '../reviews/text-dialog';

export function ReviewButton({ call }: { call: string }) {
  const { route } = useLocation();
  const review = async () => {
    try {
      const { id } = await api('POST /calls/{}/reviews', { at: [call], body: {} });
      route(to.review(id));
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
  };
  if (refusalFor('reviews.write')) return null;
  return <Button onClick={() => void review()}>Review this call</Button>;
}

/** For who reviews the call and is told no score before he has given his own. */
export function OpenReview({ call }: { call: string }) {
  const query = { call, mine: true, state: 'open', limit: 1 } as const;
  const { data } = useApi(refusalFor('reviews.write') ? null : 'GET /reviews', { query });
  const open = data?.items[0];
  if (!open) return <ReviewButton call={call} />;
  return (
    <p class="panel-note">
      You review this call: its score is shown once you have submitted your own.{' '}
      <a href={to.review(open.id)}>Go on with the review</a>
    </p>
  );
}

export function ScoreActions({
  call,
  score,
  reload,
}: {
  call: string;
  score: Score;
  reload: () => void;
}) {
  const [asking, setAsking] = useState<'dispute' | 'void'>();
  /* Who may answer but not review is an agent. */
  const own = Boolean(refusalFor('reviews.write')) && !refusalFor('reviews.answer');
  const acknowledge = async () => {
    try {
      await api('POST /scores/{}/acknowledge', { at: [score.id] });
      reload();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
  };
  const replay = async () => {
    try {
      const { equal, differs } = await api('GET /scores/{}/replay', { at: [score.id] });
      toast(
        equal
          ? 'Derived again from what it pins: the same to the byte.'
          : `It does not derive to what is stored: ${differs}.`,
        !equal,
      );
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
  };
  const send = async (text: string) => {
    if (asking === 'void') await api('POST /scores/{}/void', { at: [score.id], body: { text } });
    else await api('POST /scores/{}/dispute', { at: [score.id], body: { text } });
    reload();
  };
  return (
    <div class="score-actions">
      {score.voided_at && <p class="bad-ink">Voided: {score.void_reason}</p>}
      {score.acknowledged_at && <p class="note">The agent has seen this score.</p>}
      {score.dispute && (
        <p class="note">
          Disputed: “{score.dispute.body}”
          {score.dispute.resolution && ` ${score.dispute.state}: “${score.dispute.resolution}”`}
        </p>
      )}
      <div class="actions">
        <ReviewButton call={call} />
        {!refusalFor('reviews.write') && (
          <Button onClick={() => void replay()}>Derive again</Button>
        )}
        {!refusalFor('reviews.resolve') && !score.voided_at && (
          <Button onClick={() => setAsking('void')}>Void the score</Button>
        )}
        {own && !score.acknowledged_at && (
          <Button onClick={() => void acknowledge()}>I have seen it</Button>
        )}
        {own && !score.dispute && !score.voided_at && (
          <Button onClick={() => setAsking('dispute')}>Dispute it</Button>
        )}
      </div>
      {asking && (
        <TextDialog
          title={asking === 'void' ? 'Void this score?' : 'Dispute this score'}
          label={asking === 'void' ? 'Reason' : 'What is wrong with it'}
          action={asking === 'void' ? 'Void the score' : 'Send'}
          onText={send}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  );
}
