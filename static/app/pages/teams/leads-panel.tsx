/* Who could lead teams, and what each sees: all calls, or those of the teams led. */
import { useState } from 'preact/hooks';
import { api, type Item, type Reply } from '../../api/client';
import { refusalFor } from '../../api/session';
import type { Loaded } from '../../api/use-api';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';

export type Lead = Item<'GET /team-leads'>;

export function LeadsPanel({ list }: { list: Loaded<Reply<'GET /team-leads'>> }) {
  const [busy, setBusy] = useState('');
  const why = refusalFor('people.write');
  const hold = async (lead: Lead, own_teams: boolean) => {
    if (busy) return;
    setBusy(lead.id);
    try {
      await api('PUT /members/{}/sight', { at: [lead.id], body: { own_teams } });
      toast(
        own_teams
          ? `${lead.name} sees the calls of led teams only.`
          : `${lead.name} sees all calls again.`,
      );
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy('');
    list.reload();
  };
  const columns: Column<Lead>[] = [
    { key: 'name', label: 'Name', phone: 'lead', show: (l) => <strong>{l.name}</strong> },
    { key: 'role', label: 'Role', phone: 'end', show: (l) => l.role_name },
    { key: 'teams', label: 'Leads', show: (l) => l.teams.join(', ') || 'no team' },
    {
      key: 'sees',
      label: 'Sees',
      show: (l) =>
        l.scope === 'team' ? (
          'own teams only, by role'
        ) : (
          <select
            aria-label={`What ${l.name} sees`}
            value={l.own_teams ? 'own' : 'all'}
            disabled={Boolean(why) || busy === l.id}
            title={why || undefined}
            onChange={(event) => void hold(l, event.currentTarget.value === 'own')}
          >
            <option value="all">all calls</option>
            <option value="own">own teams only</option>
          </select>
        ),
    },
  ];
  return (
    <Panel title="What leads see">
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading rows={3} label="Loading who may lead" />
      ) : (
        <>
          <p class="panel-note">
            Own teams only: the calls, scores, reports and notices of the agents in the teams a
            person leads, and of that person’s own calls. Owners see everything, agents their own
            calls.
          </p>
          <DataTable label="What leads see" rows={list.data.items} columns={columns} />
        </>
      )}
    </Panel>
  );
}
