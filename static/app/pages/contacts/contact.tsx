/* One contact: what is known, where it comes from, and the calls. */
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api, type Item, type Reply } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { clock, points, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { directionLong } from '../calls/words';
import { ContactForm, numbersOf } from './contact-form';
import { RecordPanel } from './record';
import './contacts.css';

type Contact = Reply<'GET /contacts/{}'>;
type ContactCall = Item<'GET /contacts/{}/calls'>;

const columns: Column<ContactCall>[] = [
  { key: 'when', label: 'Time', show: (c) => whenOf(c.started_at, zone.value), phone: 'lead' },
  { key: 'direction', label: 'Direction', show: (c) => directionLong(c.direction) },
  { key: 'agent', label: 'Agent', show: (c) => c.agent_name },
  { key: 'title', label: 'About', show: (c) => c.title },
  {
    key: 'length',
    label: 'Length',
    show: (c) => (c.duration_s === null ? '' : clock(c.duration_s)),
    class: 'number',
  },
  {
    key: 'score',
    label: 'Score',
    show: (c) => (c.score_bp === null ? '' : points(c.score_bp)),
    class: 'number',
    phone: 'end',
  },
];

const above = { href: to.contacts(), label: 'Contacts' };

export default function ContactPage() {
  const { params } = useRoute();
  const found = useApi('GET /contacts/{}', { at: [params.id ?? ''] }, true);
  if (!found.data)
    return (
      <Page title="Contact" above={above}>
        {found.error ? (
          <Failed error={found.error} retry={found.reload} />
        ) : (
          <Loading label="Loading the contact" />
        )}
      </Page>
    );
  return <Shown key={found.data.version} of={found.data} reload={found.reload} />;
}

function Shown({ of: c, reload }: { of: Contact; reload: () => void }) {
  const { route } = useLocation();
  const [ask, setAsk] = useState(false);
  const calls = useApi('GET /contacts/{}/calls', { at: [c.id], query: { limit: 50 } }, true);
  const why = refusalFor('calls.write');
  const remove = async () => {
    try {
      await api('DELETE /contacts/{}', { at: [c.id] });
      toast(`${c.name} is removed.`);
      route(to.contacts());
    } catch (e) {
      toast((e as Error).message, true);
      setAsk(false);
    }
  };
  return (
    <Page
      title={c.name}
      above={above}
      actions={
        <>
          <LinkButton href={to.newCall(c.numbers[0] ? { number: c.numbers[0] } : {})} why={why}>
            Log a call
          </LinkButton>
          <Button kind="danger" why={why} onClick={() => setAsk(true)}>
            Remove
          </Button>
        </>
      }
    >
      <div class="contact-grid">
        <Panel title="Calls">
          {calls.error ? (
            <Failed error={calls.error} retry={calls.reload} />
          ) : !calls.data ? (
            <Loading rows={4} label="Loading calls" />
          ) : calls.data.items.length ? (
            <DataTable
              label={`Calls with ${c.name}`}
              rows={calls.data.items}
              columns={columns}
              href={(k) => to.call(k.id)}
            />
          ) : (
            <p class="panel-note">No call has one of these numbers.</p>
          )}
        </Panel>
        <div class="contact-side">
          <RecordPanel contact={c.id} />
          <Panel title="Contact">
            <ContactForm
              first={{
                name: c.name,
                company: c.company,
                numbers: c.numbers.join(', '),
                notes: c.notes,
              }}
              action="Save"
              why={why}
              save={async (v) => {
                await api('PATCH /contacts/{}', {
                  at: [c.id],
                  version: c.version,
                  body: { ...changed(c, v), numbers: numbersOf(v.numbers) },
                });
                toast('Saved.');
                reload();
              }}
            />
            <Origins of={c} />
          </Panel>
        </div>
      </div>
      {ask && (
        <Confirm
          title={`Remove ${c.name}?`}
          action="Remove"
          onClose={() => setAsk(false)}
          onYes={() => void remove()}
          text="The calls stay, with their numbers only."
        />
      )}
    </Page>
  );
}

/** Only what was changed is a person's word from now on. */
function changed(c: Contact, v: { name: string; company: string; notes: string }) {
  return Object.fromEntries(
    (['name', 'company', 'notes'] as const).filter((f) => v[f] !== c[f]).map((f) => [f, v[f]]),
  );
}

function Origins({ of: c }: { of: Contact }) {
  const rows = Object.entries(c.origins).filter(([, o]) => o.call);
  if (!rows.length) return null;
  return (
    <ul class="part origins note">
      {rows.map(([field, o]) => (
        <li key={field}>
          {field[0]?.toUpperCase() + field.slice(1)}{' '}
          {o.by === 'person' ? 'written by a person' : 'heard'} from{' '}
          <a href={to.call(o.call ?? '')}>a call</a>, {whenOf(o.at, zone.value)}
        </li>
      ))}
    </ul>
  );
}
