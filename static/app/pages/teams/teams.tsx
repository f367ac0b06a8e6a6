/* Teams: their agents, who leads them, and who sees the calls of led teams only. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type Item } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { LeadsPanel } from './leads-panel';
import { TeamDialog } from './team-dialog';

type Team = Item<'GET /teams'>;

export default function Teams() {
  const { query } = useLocation();
  const list = useApi('GET /teams', { query: { limit: 50, cursor: query.cursor } }, true);
  const leads = useApi('GET /team-leads', {}, true);
  const paging = usePaging(list.data?.next);
  const [form, setForm] = useState<string>();
  const why = refusalFor('people.write');
  const saved = () => {
    list.reload();
    leads.reload();
  };
  const remove = async (team: Team) => {
    if (!confirm(`Remove the team ${team.name}? Its agents and calls stay.`)) return;
    try {
      await api('DELETE /teams/{}', { at: [team.id] });
      toast('Removed.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    saved();
  };
  const columns: Column<Team>[] = [
    { key: 'name', label: 'Team', phone: 'lead', show: (t) => <strong>{t.name}</strong> },
    { key: 'agents', label: 'Agents', show: (t) => String(t.agents) },
    { key: 'leads', label: 'Led by', show: (t) => t.leads.join(', ') },
    { key: 'calls', label: 'Calls', show: (t) => <a href={to.calls({ team: t.id })}>Show</a> },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      show: (t) => (
        <span class="actions">
          <Button why={why} label={`Edit ${t.name}`} onClick={() => setForm(t.id)}>
            Edit
          </Button>
          <Button why={why} kind="quiet" label={`Remove ${t.name}`} onClick={() => void remove(t)}>
            Remove
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Page
      title="Teams"
      actions={
        <Button kind="main" why={why} onClick={() => setForm('')}>
          Make a team
        </Button>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading the teams" />
      ) : (
        <Panel title="Teams">
          {list.data.items.length ? (
            <DataTable label="Teams" rows={list.data.items} columns={columns} />
          ) : (
            <p class="panel-note">No teams yet. A team is a name, its agents and who leads it.</p>
          )}
        </Panel>
      )}
      <Pager newer={paging.newer} older={paging.older} />
      <LeadsPanel list={leads} />
      {form !== undefined && (
        <TeamDialog
          id={form}
          leads={leads.data?.items ?? []}
          onClose={() => setForm(undefined)}
          saved={saved}
        />
      )}
    </Page>
  );
}
