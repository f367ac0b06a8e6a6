/* Why customers call: the product's intents and the tenant's own, renamed, found by phrases, retired. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { AreaField, TextField } from '../../ui/field';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';

type Intent = Item<'GET /intents'>;

export default function Intents() {
  const list = useApi('GET /intents', {});
  const [form, setForm] = useState<Intent | 'new'>();
  const why = refusalFor('scorecards.write');
  const retire = async (i: Intent) => {
    try {
      await api('PATCH /intents/{}', {
        at: [i.code],
        version: i.version,
        body: { retired: !i.retired },
      });
      toast(i.retired ? 'In use again.' : 'Retired. Calls that have it keep it.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  const columns: Column<Intent & { id: string }>[] = [
    {
      key: 'name',
      label: 'Name',
      phone: 'lead',
      show: (i) => (
        <>
          <strong>{i.name}</strong>
          {i.retired && <span class="note"> retired</span>}
        </>
      ),
    },
    { key: 'code', label: 'Code', phone: 'off', show: (i) => <code>{i.code}</code> },
    {
      key: 'phrases',
      label: 'Found by',
      show: (i) => [...(i.builtin ? ['the product’s word lists'] : []), ...i.phrases].join(' · '),
    },
    {
      key: 'calls',
      label: 'Calls',
      show: (i) => <a href={to.calls({ intent: i.code })}>Show</a>,
    },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      show: (i) => (
        <span class="actions">
          <Button why={why} onClick={() => setForm(i)} label={`Edit ${i.name}`}>
            Edit
          </Button>
          <Button
            why={why}
            onClick={() => void retire(i)}
            label={`${i.retired ? 'Use again' : 'Retire'} ${i.name}`}
          >
            {i.retired ? 'Use again' : 'Retire'}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Page
      title="Intents"
      actions={
        <Button kind="main" why={why} onClick={() => setForm('new')}>
          Add an intent
        </Button>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading intents" />
      ) : (
        <Panel>
          <DataTable
            label="Intents"
            rows={list.data.items.map((i) => ({ ...i, id: i.code }))}
            columns={columns}
          />
        </Panel>
      )}
      {form && (
        <IntentForm
          of={form === 'new' ? undefined : form}
          onClose={() => setForm(undefined)}
          saved={list.reload}
        />
      )}
    </Page>
  );
}

function IntentForm({
  of,
  onClose,
  saved,
}: {
  of: Intent | undefined;
  onClose: () => void;
  saved: () => void;
}) {
  const [name, setName] = useState(of?.name ?? '');
  const [lines, setLines] = useState((of?.phrases ?? []).join('\n'));
  const [error, setError] = useState<ApiError>();
  const submit = async () => {
    const body = {
      name,
      phrases: lines
        .split('\n')
        .map((l) => l.trim())
        .filter(Boolean),
    };
    try {
      if (of) await api('PATCH /intents/{}', { at: [of.code], version: of.version, body });
      else await api('POST /intents', { body });
      toast(of ? 'Saved.' : 'Added. Calls are weighed by it from now on.');
      saved();
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
  };
  return (
    <Dialog title={of ? of.name : 'New intent'} onClose={onClose}>
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
        <AreaField
          label="Phrases"
          name="phrases"
          required={!of?.builtin}
          value={lines}
          onChange={setLines}
          error={error?.fields.phrases}
          help="One a line, up to 20. A customer’s words count three, others’ two; solar* also finds solar-powered."
        />
        <Button type="submit" kind="main">
          {of ? 'Save' : 'Add'}
        </Button>
      </form>
    </Dialog>
  );
}
