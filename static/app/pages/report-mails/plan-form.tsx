/* A report that is to go out by mail: of whom, when, as what, to whom. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { Loading } from '../../ui/states';
import { TickList, type Ticked } from '../../ui/tick-list';
import { toast } from '../../ui/toast';
import type { Plan } from './report-mails';

const WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const numbers = (from: number, to: number, show: (n: number) => string) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    value: String(from + i),
    label: show(from + i),
  }));
const named = (all: { id: string; name: string }[] | undefined, kind: string) =>
  (all ?? []).map((x) => ({
    value: `${kind}:${x.id}`,
    label: `${kind === 'team' ? 'Team ' : ''}${x.name}`,
  }));

/** Members who have a mail address, page by page. */
async function everyMember(): Promise<Ticked[]> {
  const all: Ticked[] = [];
  let cursor: string | undefined;
  do {
    const page: {
      items: { account_id: string; name: string; role_name: string; by_user_name: boolean }[];
      next: string | null;
    } = await api('GET /members', { query: { limit: 100, cursor } });
    for (const m of page.items)
      if (!m.by_user_name) all.push({ id: m.account_id, name: m.name, note: m.role_name });
    cursor = page.next ?? undefined;
  } while (cursor && all.length < 1000);
  return all;
}

export function PlanForm({
  of,
  onClose,
  saved,
}: {
  of: Plan | undefined;
  onClose: () => void;
  saved: () => void;
}) {
  const agents = useApi('GET /agents', { query: { limit: 100 } });
  const teams = useApi('GET /teams', { query: { limit: 100 } });
  const [members, setMembers] = useState<Ticked[]>();
  const [name, setName] = useState(of?.name ?? '');
  const [whose, setWhose] = useState(
    of?.agent_id ? `agent:${of.agent_id}` : of?.team_id ? `team:${of.team_id}` : '',
  );
  const [every, setEvery] = useState<string>(of?.every ?? 'week');
  const [day, setDay] = useState(String(of?.on_day ?? 1));
  const [hour, setHour] = useState(String(of?.hour ?? 7));
  const [clock, setClock] = useState(of?.zone ?? '');
  const [format, setFormat] = useState<string>(of?.format ?? 'pdf');
  const [attach, setAttach] = useState(of ? String(of.attach) : 'true');
  const [active, setActive] = useState(of ? String(of.active) : 'true');
  const [readers, setReaders] = useState(new Set(of?.readers.map((r) => r.id)));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    everyMember().then(setMembers, (e) => {
      setError(e as ApiError);
      setMembers(of?.readers.map((r) => ({ id: r.id, name: r.name })) ?? []);
    });
  }, []);
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const [kind, id] = whose.split(':');
    const body = {
      name,
      every,
      hour: Number(hour),
      format,
      attach: attach === 'true',
      active: active === 'true',
      readers: [...readers],
      ...(every === 'day' ? {} : { on_day: Number(day) }),
      ...(clock.trim() ? { zone: clock.trim() } : {}),
      ...(kind && id ? { [kind]: id } : {}),
    } as never;
    try {
      if (of) await api('PUT /report-plans/{}', { at: [of.id], version: of.version, body });
      else await api('POST /report-plans', { body });
      toast('Saved.');
      saved();
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
      setBusy(false);
    }
  };
  const fault = error?.fields ?? {};
  return (
    <Dialog title={of ? of.name : 'A report by mail'} onClose={onClose}>
      {!members ? (
        <Loading rows={6} label="Loading the members" />
      ) : (
        <form
          class="form part"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          {error && !Object.keys(fault).length && (
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
            error={fault.name}
            help="Stands in the mail’s subject."
          />
          <SelectField
            label="Of"
            name="whose"
            required
            value={whose}
            onChange={setWhose}
            error={fault.agent ?? fault.team}
            choices={[
              { value: '', label: 'All calls that the reader may see' },
              ...named(teams.data?.items, 'team'),
              ...named(agents.data?.items, 'agent'),
            ]}
          />
          <div class="plan-times">
            <SelectField
              label="How often"
              name="every"
              required
              value={every}
              onChange={(v) => {
                setEvery(v);
                setDay('1');
              }}
              choices={[
                { value: 'day', label: 'Every day' },
                { value: 'week', label: 'Every week' },
                { value: 'month', label: 'Every month' },
              ]}
            />
            {every !== 'day' && (
              <SelectField
                label="On"
                name="on_day"
                required
                value={day}
                onChange={setDay}
                error={fault.on_day}
                choices={
                  every === 'week'
                    ? numbers(1, 7, (n) => WEEK[n - 1]!)
                    : numbers(1, 28, (n) => `day ${n}`)
                }
              />
            )}
            <SelectField
              label="At"
              name="hour"
              required
              value={hour}
              onChange={setHour}
              choices={numbers(0, 23, (n) => `${String(n).padStart(2, '0')}:00`)}
            />
            <TextField
              label="By the clock of"
              name="zone"
              value={clock}
              placeholder={zone.value}
              onChange={setClock}
              error={fault.zone}
            />
            <SelectField
              label="As"
              name="format"
              required
              value={format}
              onChange={setFormat}
              choices={[
                { value: 'pdf', label: 'PDF' },
                { value: 'xlsx', label: 'Spreadsheet (XLSX)' },
                { value: 'csv', label: 'Table (CSV)' },
              ]}
            />
            <SelectField
              label="In the mail"
              name="attach"
              required
              value={attach}
              onChange={setAttach}
              choices={[
                { value: 'true', label: 'The file' },
                { value: 'false', label: 'A link only' },
              ]}
            />
            <SelectField
              label="Goes out"
              name="active"
              required
              value={active}
              onChange={setActive}
              choices={[
                { value: 'true', label: 'By the clock' },
                { value: 'false', label: 'By hand only' },
              ]}
            />
          </div>
          <p class="field-help">
            A daily report is about the day before, a weekly one about the seven days before, a
            monthly one about the month before. A file above 10 MB goes as a link, which asks to
            sign in. Each reader gets the calls that he or she may see.
          </p>
          <TickList label="To" all={members} on={readers} set={setReaders} error={fault.readers} />
          <Button type="submit" kind="main" busy={busy}>
            Save
          </Button>
        </form>
      )}
    </Dialog>
  );
}
