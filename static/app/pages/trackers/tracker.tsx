/* One tracker: its words, and the calls in which they were said. */
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api, type Item, type Reply } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { clockMs, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { TrackerForm } from './form';
import './trackers.css';

const PAST = 30;

const columns: Column<Item<'GET /trackers/{}/calls'>>[] = [
  { key: 'when', label: 'Time', show: (c) => whenOf(c.started_at, zone.value) },
  { key: 'title', label: 'Call', phone: 'lead', show: (c) => <strong>{c.title ?? 'Call'}</strong> },
  { key: 'agent', label: 'Agent', show: (c) => c.agent_name ?? '' },
  {
    key: 'words',
    label: 'Words',
    class: 'words',
    show: (c) =>
      c.spans
        .slice(0, 3)
        .map((s) => `${clockMs(s.start_ms)} “${s.words}”`)
        .join(' · '),
  },
  { key: 'count', label: 'Times', class: 'number', phone: 'end', show: (c) => c.count },
];

export default function Tracker() {
  const { params } = useRoute();
  const id = params.id ?? '';
  const of = useApi('GET /trackers/{}', { at: [id] }, true);
  const above = { href: to.trackers(), label: 'Trackers' };
  if (!of.data) {
    return (
      <Page title="Tracker" above={above}>
        {of.error ? (
          <Failed error={of.error} retry={of.reload} />
        ) : (
          <Loading label="Loading the tracker" />
        )}
      </Page>
    );
  }
  return <Shown key={of.data.version} of={of.data} above={above} saved={of.reload} />;
}

function Shown({
  of: t,
  above,
  saved,
}: {
  of: Reply<'GET /trackers/{}'>;
  above: { href: string; label: string };
  saved: () => void;
}) {
  const why = refusalFor('scorecards.write');
  const { route } = useLocation();
  const [removing, setRemoving] = useState(false);
  const change = async (body: object, said: string) => {
    await api('PATCH /trackers/{}', { at: [t.id], version: t.version, body });
    toast(said);
    saved();
  };
  const past = async () => {
    await api('POST /trackers/{}/past', { at: [t.id], body: { days: PAST } });
    toast(`The calls of the last ${PAST} days are being looked through.`);
  };
  return (
    <Page
      title={t.name}
      above={above}
      actions={
        <>
          <Button why={why} onClick={() => void past()}>
            Look in past calls
          </Button>
          <Button
            why={why}
            onClick={() => void change({ active: !t.active }, t.active ? 'Off.' : 'On.')}
          >
            {t.active ? 'Switch off' : 'Switch on'}
          </Button>
          <Button why={why} onClick={() => setRemoving(true)}>
            Remove
          </Button>
        </>
      }
    >
      <Panel title="Words" class="connect">
        <TrackerForm
          start={{ name: t.name, kind: t.kind, speaker: t.speaker, lines: t.patterns.join('\n') }}
          action="Save"
          why={why}
          save={(body) => change(body, 'Saved. Past calls keep what was found before.')}
        />
      </Panel>
      <Said id={t.id} />
      {removing && (
        <Confirm
          title={`Remove ${t.name}?`}
          text="What it found in calls goes with it."
          action="Remove"
          onClose={() => setRemoving(false)}
          onYes={() =>
            void api('DELETE /trackers/{}', { at: [t.id] }).then(() => route(to.trackers()))
          }
        />
      )}
    </Page>
  );
}

function Said({ id }: { id: string }) {
  const calls = useApi('GET /trackers/{}/calls', { at: [id], query: { limit: 50 } });
  if (calls.error) return <Failed error={calls.error} retry={calls.reload} />;
  if (!calls.data) return <Loading label="Loading calls" />;
  if (!calls.data.items.length)
    return <Empty>Not said in any call that was looked at so far.</Empty>;
  return (
    <Panel title="Said in">
      <DataTable
        label="Calls"
        rows={calls.data.items}
        columns={columns}
        href={(c) => to.call(c.id, { tab: 'analysis' })}
      />
    </Panel>
  );
}
