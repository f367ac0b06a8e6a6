/* One set: its calls, which of them the reader has scored, and the way to the figures. Shows no score
 * of any call. */
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { plural, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';

type Row = Item<'GET /calibrations/{}/calls'> & { act: () => void };

const mineOf: Record<string, string> = {
  open: 'Waits for your answers',
  submitted: 'You have scored it',
  cancelled: 'You put it back',
};

const columns: Column<Row>[] = [
  {
    key: 'call',
    label: 'Call',
    phone: 'lead',
    show: (c) => <strong>{c.title || whenOf(c.started_at, zone.value)}</strong>,
  },
  { key: 'agent', label: 'Agent', show: (c) => c.agent_name ?? '' },
  {
    key: 'people',
    label: 'Scored by',
    class: 'number',
    phone: 'off',
    show: (c) => (c.submitted === 1 ? '1 person' : `${c.submitted} people`),
  },
  { key: 'mine', label: 'You', show: (c) => (c.mine ? mineOf[c.mine] : 'Not yet') },
  {
    key: 'act',
    label: 'Review',
    phone: 'end',
    show: (c) =>
      c.mine === null || c.mine === 'open' ? (
        <Button why={refusalFor('reviews.write')} onClick={c.act}>
          {c.mine ? 'Go on' : 'Score it'}
        </Button>
      ) : null,
  },
];

export default function CalibrationSet() {
  const { params } = useRoute();
  const { route } = useLocation();
  const id = params.id ?? '';
  const found = useApi('GET /calibrations/{}', { at: [id] });
  const calls = useApi('GET /calibrations/{}/calls', { at: [id] });
  const [dropping, setDropping] = useState(false);
  const above = { href: to.reviews('sets'), label: 'Reviews' };
  const error = found.error ?? calls.error;
  if (!found.data || !calls.data)
    return (
      <Page title="Calibration" above={above}>
        {error ? (
          <Failed error={error} retry={calls.reload} />
        ) : (
          <Loading label="Loading the set" />
        )}
      </Page>
    );
  const set = found.data;
  const tried = async (step: () => Promise<void>) => {
    try {
      await step();
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  const score = (c: Item<'GET /calibrations/{}/calls'>) =>
    void tried(async () => {
      if (c.mine === 'open' && c.review_id) return route(to.review(c.review_id));
      const made = await api('POST /calls/{}/reviews', {
        at: [c.id],
        body: { scorecard: set.scorecard_id },
      });
      route(to.review(made.id));
    });
  const drop = () =>
    void tried(async () => {
      await api('DELETE /calibrations/{}', { at: [id] });
      route(to.reviews('sets'));
    });
  const done = calls.data.items.filter((c) => c.mine === 'submitted').length;
  return (
    <Page
      title={set.name}
      above={above}
      actions={
        <>
          <Button why={refusalFor('reviews.write')} onClick={() => setDropping(true)}>
            Drop the set
          </Button>
          <LinkButton kind="main" href={to.agreement(set.scorecard_id, id)}>
            Agreement
          </LinkButton>
        </>
      }
    >
      <p class="note">
        {set.card}, version {set.version}. You have scored {done} of{' '}
        {plural(calls.data.items.length, 'call')}. Scores of others and of the machine stay hidden
        until you have submitted your own.
      </p>
      <Panel>
        <DataTable
          label="Calls of the set"
          rows={calls.data.items.map((c) => ({ ...c, act: () => score(c) }))}
          columns={columns}
        />
      </Panel>
      {dropping && (
        <Confirm
          title="Drop this set?"
          text="Its calls and everybody’s scores stay."
          action="Drop it"
          onYes={drop}
          onClose={() => setDropping(false)}
        />
      )}
    </Page>
  );
}
