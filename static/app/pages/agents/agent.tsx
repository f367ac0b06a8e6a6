/* An agent: what to practise, and the report of a time as a file. */
import { useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { LinkButton } from '../../ui/button';
import { TextField } from '../../ui/field';
import { count, dayOf, startOfDay } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { Plans } from '../coaching/plans';
import { ReportMenu } from '../reports/report-menu';
import '../reports/reports.css';

const month = 30 * 86_400_000;

export default function AgentPage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  const agents = useApi('GET /agents', { query: { limit: 100 } });
  const listed = agents.data?.items.find((a) => a.id === id);
  /* Beyond the first hundred, for who may read people. */
  const far = agents.data && !listed && !refusalFor('people.read');
  const found = useApi(far ? 'GET /agents/{}' : null, { at: [id] });
  const agent = listed ?? found.data;
  const plans = useApi('GET /coaching-plans', { query: { agent: id, limit: 50 } }, true);
  const missing = agents.data && !listed && !far;

  if (!agent)
    return (
      <Page title="Agent" above={{ href: to.calls(), label: 'Calls' }}>
        {agents.error || found.error ? (
          <Failed error={(agents.error ?? found.error)!} retry={agents.reload} />
        ) : missing ? (
          <Failed error={{ status: 404, message: '', requestId: '' }} />
        ) : (
          <Loading label="Loading the agent" />
        )}
      </Page>
    );
  return (
    <Page
      title={agent.name}
      above={{ href: to.calls({ agent: id }), label: 'Calls' }}
      actions={<LinkButton href={to.calls({ agent: id })}>Show the calls</LinkButton>}
    >
      <Facts
        class="inline"
        items={[
          ['Extension', agent.extension],
          ['Calls in thirty days', listed ? count(listed.calls_30d) : null],
        ]}
      />
      <ReportPanel id={id} />
      <Panel title="Coaching">
        {plans.error && <Failed error={plans.error} retry={plans.reload} />}
        {!plans.data && !plans.error && <Loading rows={3} label="Loading coaching plans" />}
        {plans.data?.items.length === 0 && (
          <p class="panel-note">There is no coaching plan for {agent.name}.</p>
        )}
        {plans.data && plans.data.items.length > 0 && (
          <Plans plans={plans.data.items} reload={plans.reload} agents={false} />
        )}
      </Panel>
    </Page>
  );
}

function ReportPanel({ id }: { id: string }) {
  const [from, setFrom] = useState(dayOf(Date.now() - month, zone.value));
  const [until, setUntil] = useState(dayOf(Date.now(), zone.value));
  const wrong = !from || !until || from > until;
  const query = wrong
    ? ''
    : `?${new URLSearchParams({ from: startOfDay(from, zone.value), to: startOfDay(until, zone.value, 1) })}`;
  return (
    <Panel title="Report">
      <div class="agent-times">
        <TextField label="From" name="from" type="date" required value={from} onChange={setFrom} />
        <TextField
          label="Until"
          name="until"
          type="date"
          required
          value={until}
          onChange={setUntil}
          error={wrong ? 'The time ends before it begins.' : undefined}
        />
        {!wrong && (
          <ReportMenu
            label="Save the report"
            forms={[
              { label: 'PDF', path: `/agents/${id}/report.pdf${query}` },
              { label: 'Markdown', path: `/agents/${id}/report.md${query}` },
              { label: 'Figures (CSV)', path: `/agents/${id}/report.csv${query}` },
            ]}
          />
        )}
      </div>
    </Panel>
  );
}
