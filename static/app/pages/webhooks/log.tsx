/* What was sent to an endpoint in thirty days, and sending a time of it again. */
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type Query } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { ChipMenu } from '../../ui/chip';
import { Dialog } from '../../ui/dialog';
import { plural, startOfDay, whenOf } from '../../ui/format';
import { TextField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { DeliveryDialog } from './delivery';
import { eventName, SendingState, sendingStates, type Sending } from './words';

type State = NonNullable<Query<'GET /webhooks/{}/deliveries'>>['state'];

function result(d: Sending) {
  const tries = d.attempts ? plural(d.attempts, 'attempt') : '';
  const next =
    d.state === 'waiting' && d.attempts && d.next_at ? `next ${whenOf(d.next_at, zone.value)}` : '';
  return [d.reason ?? (d.status ? `Answered ${d.status}` : ''), tries, next]
    .filter(Boolean)
    .join(' · ');
}

function ReplayDialog({
  of,
  done,
  onClose,
}: {
  of: string;
  done: () => void;
  onClose: () => void;
}) {
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [delivered, setDelivered] = useState(false);
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      const { replayed, more } = await api('POST /webhooks/{}/replay', {
        at: [of],
        body: {
          from: startOfDay(from, zone.value),
          ...(until && { to: startOfDay(until, zone.value, 1) }),
          delivered,
        },
      });
      toast(
        replayed
          ? `${plural(replayed, 'delivery', 'deliveries')} sent again${more ? '; there are more, repeat it when these have gone' : ''}.`
          : 'Nothing of that time is to be sent again.',
      );
      done();
      onClose();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };
  return (
    <Dialog title="Send a time again" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p>
          What failed or was held in that time is sent again, the oldest first, under the same ids.
        </p>
        <TextField label="From" name="from" type="date" required value={from} onChange={setFrom} />
        <TextField
          label="Until"
          name="to"
          type="date"
          value={until}
          onChange={setUntil}
          help="Empty: until now."
        />
        <label class="check">
          <input
            type="checkbox"
            checked={delivered}
            onChange={(event) => setDelivered(event.currentTarget.checked)}
          />
          What was delivered too
        </label>
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="main"
            type="submit"
            busy={busy}
            why={from ? undefined : 'Choose a day first.'}
          >
            Send again
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Log({ of, why, turn }: { of: string; why: string | undefined; turn: number }) {
  const { query, route } = useLocation();
  const state = (query.state || undefined) as State;
  const list = useApi(
    'GET /webhooks/{}/deliveries',
    { at: [of], query: { cursor: query.cursor, state, limit: 50 } },
    true,
  );
  const paging = usePaging(list.data?.next);
  const shown = query.delivery ?? '';
  const here = { state: query.state ?? '', cursor: query.cursor ?? '' };
  const close = () => route(to.webhook(of, here));
  const [replaying, setReplaying] = useState(false);
  useEffect(() => {
    if (turn) list.reload();
  }, [turn]);
  const again = async (id: string) => {
    try {
      await api('POST /webhooks/{}/deliveries/{}/replay', { at: [of, id] });
      toast('It is being sent again.');
      close();
      list.reload();
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  const columns: Column<Sending>[] = [
    {
      key: 'type',
      label: 'Event',
      phone: 'lead',
      show: (d) => <strong>{eventName(d.type)}</strong>,
    },
    { key: 'state', label: 'State', phone: 'end', show: (d) => <SendingState state={d.state} /> },
    { key: 'at', label: 'Happened', show: (d) => whenOf(d.created_at, zone.value) },
    { key: 'result', label: 'Result', class: 'words', show: result },
  ];
  return (
    <Panel
      title="Deliveries"
      class={list.stale ? 'stale' : ''}
      side={
        <div class="actions">
          <ChipMenu
            label="State"
            value={state ?? ''}
            choices={Object.entries(sendingStates).map(([value, { label }]) => ({ value, label }))}
            onChange={(next) => route(to.webhook(of, { state: next }))}
          />
          <Button onClick={list.reload}>Look again</Button>
          <Button why={why} onClick={() => setReplaying(true)}>
            Send a time again
          </Button>
        </div>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading deliveries" />
      ) : list.data.items.length ? (
        <DataTable
          label="Deliveries"
          rows={list.data.items}
          columns={columns}
          href={(d) => to.webhook(of, { ...here, delivery: d.id })}
        />
      ) : (
        <p class="panel-note">
          {state ? 'No delivery is in that state.' : 'Nothing was sent to it in the last 30 days.'}
        </p>
      )}
      <Pager newer={paging.newer} older={paging.older} />
      {shown && (
        <DeliveryDialog
          webhook={of}
          id={shown}
          why={why}
          again={() => void again(shown)}
          onClose={close}
        />
      )}
      {replaying && <ReplayDialog of={of} done={list.reload} onClose={() => setReplaying(false)} />}
    </Panel>
  );
}
