/* Making or changing one team: name, agents, leads. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { Failed, Loading } from '../../ui/states';
import { TickList, type Ticked } from '../../ui/tick-list';
import { toast } from '../../ui/toast';
import type { Lead } from './leads-panel';

/** All agents, page by page: a tenant may have more than one page of them. */
async function everyAgent(): Promise<Ticked[]> {
  const all: Ticked[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: { id: string; name: string; extension: string }[]; next: string | null } =
      await api('GET /agents', { query: { limit: 100, cursor } });
    all.push(...page.items.map((a) => ({ id: a.id, name: a.name, note: a.extension })));
    cursor = page.next ?? undefined;
  } while (cursor && all.length < 2000);
  return all;
}

export function TeamDialog({
  id,
  leads,
  onClose,
  saved,
}: {
  /** Empty: a new one. */
  id: string;
  leads: Lead[];
  onClose: () => void;
  saved: () => void;
}) {
  const team = useApi(id ? 'GET /teams/{}' : null, { at: [id] });
  const [agents, setAgents] = useState<Ticked[]>();
  const [failed, setFailed] = useState<ApiError>();
  useEffect(() => {
    everyAgent().then(setAgents, (e) => setFailed(e as ApiError));
  }, []);
  const error = failed ?? team.error;
  return (
    <Dialog title={id ? (team.data?.name ?? 'Team') : 'New team'} onClose={onClose}>
      {error ? (
        <Failed error={error} retry={team.reload} />
      ) : !agents || (id && !team.data) ? (
        <Loading rows={4} label="Loading the team" />
      ) : (
        <Form
          of={team.data}
          agents={agents}
          leads={leads.map((l) => ({ id: l.account_id, name: l.name, note: l.role_name }))}
          onClose={onClose}
          saved={saved}
        />
      )}
    </Dialog>
  );
}

function Form({
  of,
  agents,
  leads,
  onClose,
  saved,
}: {
  of: { id: string; name: string; version: number; agents: Ticked[]; leads: Ticked[] } | undefined;
  agents: Ticked[];
  leads: Ticked[];
  onClose: () => void;
  saved: () => void;
}) {
  const [name, setName] = useState(of?.name ?? '');
  const [inIt, setInIt] = useState(new Set(of?.agents.map((a) => a.id)));
  const [lead, setLead] = useState(new Set(of?.leads.map((a) => a.id)));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const body = { name, agents: [...inIt], leads: [...lead] };
    try {
      if (of) await api('PATCH /teams/{}', { at: [of.id], version: of.version, body });
      else await api('POST /teams', { body });
      toast('Saved.');
      saved();
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
      setBusy(false);
    }
  };
  return (
    <form
      class="form part"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {error && !Object.keys(error.fields).length && (
        <p class="form-error" role="alert">
          {error.message}
        </p>
      )}
      <TextField
        label="Name"
        name="name"
        required
        value={name}
        onChange={setName}
        error={error?.fields.name}
      />
      <TickList label="Agents" all={agents} on={inIt} set={setInIt} error={error?.fields.agents} />
      <TickList label="Led by" all={leads} on={lead} set={setLead} error={error?.fields.leads} />
      <Button type="submit" kind="main" busy={busy}>
        Save
      </Button>
    </form>
  );
}
