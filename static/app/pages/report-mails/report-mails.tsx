/* Reports that go out by mail: the plans and what became of them, for who reviews calls; and for everybody, which of them
 * one gets oneself, and the report of a mail's link. */
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { fullTime, plural } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { save } from '../reports/save';
import { MyReports } from './my-reports';
import { PlanForm } from './plan-form';
import { Runs } from './runs';
import './report-mails.css';

export type Plan = Item<'GET /report-plans'>;

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** "Mondays at 07:00 (Europe/London)". */
function timeOf(p: Plan): string {
  const at = `at ${String(p.hour).padStart(2, '0')}:00 (${p.zone ?? zone.value})`;
  if (!p.active) return 'paused';
  if (p.every === 'day') return `every day ${at}`;
  return p.every === 'week'
    ? `${DAYS[p.on_day - 1]}s ${at}`
    : `on day ${p.on_day} of the month ${at}`;
}

function lastOf(p: Plan) {
  if (!p.last) return <span class="note">not yet</span>;
  const { sent, waiting, skipped, failed } = p.last;
  const parts = [
    sent && `${sent} sent`,
    waiting && `${waiting} on the way`,
    skipped && `${skipped} not sent`,
  ].filter(Boolean);
  return (
    <>
      {fullTime(p.last.at, zone.value)}
      {parts.length ? `, ${parts.join(', ')}` : ''}
      {failed > 0 && <strong class="bad">, {failed} failed</strong>}
    </>
  );
}

export default function ReportMails() {
  const { query } = useLocation();
  const why = refusalFor('reviews.write');
  const list = useApi(why ? null : 'GET /report-plans', {}, true);
  const [form, setForm] = useState<Plan | 'new'>();
  const [shown, setShown] = useState<Plan>();
  const act = async (work: () => Promise<unknown>, said: string) => {
    try {
      await work();
      toast(said);
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  useEffect(() => {
    if (query.run) void act(() => save(`/report-runs/${query.run}/file`), 'The report is saved.');
    // Once, as the link was followed.
  }, [query.run]);
  const columns: Column<Plan>[] = [
    { key: 'name', label: 'Report', phone: 'lead', show: (p) => <strong>{p.name}</strong> },
    {
      key: 'of',
      label: 'Of',
      show: (p) => p.agent ?? (p.team ? `team ${p.team}` : 'all calls'),
    },
    { key: 'when', label: 'When', show: timeOf },
    {
      key: 'readers',
      label: 'To',
      show: (p) => (
        <span title={p.readers.map((r) => r.name).join(', ')}>
          {plural(p.readers.length, 'member')}
        </span>
      ),
    },
    { key: 'last', label: 'Last', show: lastOf },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      show: (p) => (
        <span class="actions">
          <Button label={`Mails of ${p.name}`} onClick={() => setShown(p)}>
            Mails
          </Button>
          <Button label={`Edit ${p.name}`} onClick={() => setForm(p)}>
            Edit
          </Button>
          <Button
            label={`Send now: ${p.name}`}
            onClick={() =>
              void act(() => api('POST /report-plans/{}/send', { at: [p.id] }), 'It goes out now.')
            }
          >
            Send now
          </Button>
          <Button
            kind="quiet"
            label={`Remove ${p.name}`}
            onClick={() => {
              if (confirm(`Remove ${p.name}? It goes out no more.`))
                void act(() => api('DELETE /report-plans/{}', { at: [p.id] }), 'Removed.');
            }}
          >
            Remove
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Page
      title="Reports by mail"
      actions={
        <Button kind="main" why={why} onClick={() => setForm('new')}>
          Add a report
        </Button>
      }
    >
      <MyReports off={query.off} />
      {!why && (
        <Panel title="Reports that go out">
          {list.error ? (
            <Failed error={list.error} retry={list.reload} />
          ) : !list.data ? (
            <Loading rows={3} label="Loading the reports" />
          ) : list.data.items.length ? (
            <DataTable label="Reports by mail" rows={list.data.items} columns={columns} />
          ) : (
            <p class="panel-note">
              None yet. A report goes to the members you name, with its figures in the mail; each
              gets the calls that he or she may see, and who may see none gets none.
            </p>
          )}
        </Panel>
      )}
      {shown && <Runs of={shown} onClose={() => setShown(undefined)} />}
      {form && (
        <PlanForm
          of={form === 'new' ? undefined : form}
          onClose={() => setForm(undefined)}
          saved={list.reload}
        />
      )}
    </Page>
  );
}
