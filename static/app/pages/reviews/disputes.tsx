/* What agents dispute: their words, and the answer to them. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { points, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { TextDialog } from './text-dialog';

type Dispute = Item<'GET /disputes'>;

export function Disputes() {
  const list = useApi('GET /disputes', { query: { limit: 100 } });
  const [answering, setAnswering] = useState<{ id: string; outcome: 'upheld' | 'rejected' }>();
  if (list.error) return <Failed error={list.error} retry={list.reload} />;
  if (!list.data) return <Loading label="Loading disputes" />;
  if (!list.data.items.length) return <Empty>No score is disputed.</Empty>;
  const resolve = async (text: string) => {
    if (!answering) return;
    await api('POST /disputes/{}/resolve', {
      at: [answering.id],
      body: { outcome: answering.outcome, text },
    });
    list.reload();
  };
  return (
    <>
      {list.data.items.map((d) => (
        <OneDispute
          key={d.id}
          dispute={d}
          onAnswer={(outcome) => setAnswering({ id: d.id, outcome })}
        />
      ))}
      {answering && (
        <TextDialog
          title={
            answering.outcome === 'upheld' ? 'Uphold: the score is voided' : 'Reject the dispute'
          }
          label="What you say to it"
          action={answering.outcome === 'upheld' ? 'Void the score' : 'Reject'}
          onText={resolve}
          onClose={() => setAnswering(undefined)}
        />
      )}
    </>
  );
}

function OneDispute({
  dispute: d,
  onAnswer,
}: {
  dispute: Dispute;
  onAnswer: (outcome: 'upheld' | 'rejected') => void;
}) {
  const why = refusalFor('reviews.resolve');
  return (
    <Panel title={d.title || 'Call'} side={<a href={to.call(d.call_id)}>Open the call</a>}>
      <div class="form part">
        <p>
          {d.by} disputed {d.score_bp === null ? 'the score' : `the ${points(d.score_bp)}`} by{' '}
          {d.card}, {whenOf(d.created_at, zone.value)}: “{d.body}”
        </p>
        {d.state === 'open' ? (
          <div class="actions">
            <Button why={why} onClick={() => onAnswer('upheld')}>
              Uphold
            </Button>
            <Button why={why} onClick={() => onAnswer('rejected')}>
              Reject
            </Button>
          </div>
        ) : (
          <p class="note">
            {d.state === 'upheld' ? 'Upheld' : 'Rejected'} by {d.resolved_by}: “{d.resolution}”
          </p>
        )}
      </div>
    </Panel>
  );
}

export const sentenceOf = (e: unknown) => (e instanceof ApiError ? e.message : String(e));
