/* The fields of customers: what is kept, how each is found, in which order; tried on a recent call before
 * they are saved as a whole. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { FieldForm } from './field-form';
import { bodyOf, fromSchema, type Draft } from './draft';
import { Preview } from './preview';
import { finders, types } from './words';
import './fields.css';

export default function CustomerFields() {
  const schema = useApi('GET /customer-fields', {});
  if (!schema.data)
    return (
      <Page title="Customer fields">
        {schema.error ? (
          <Failed error={schema.error} retry={schema.reload} />
        ) : (
          <Loading label="Loading the fields" />
        )}
      </Page>
    );
  return <Editor key={schema.data.version} of={schema.data} saved={schema.reload} />;
}

function Editor({ of, saved }: { of: Reply<'GET /customer-fields'>; saved: () => void }) {
  const [drafts, setDrafts] = useState<Draft[]>(of.fields.map(fromSchema));
  const [open, setOpen] = useState(-1);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const why = refusalFor('scorecards.write');
  const fresh = JSON.stringify(drafts) === JSON.stringify(of.fields.map(fromSchema));
  const change = (n: number, draft: Draft) =>
    setDrafts(drafts.map((d, i) => (i === n ? draft : d)));
  const move = (n: number, by: number) => {
    const next = [...drafts];
    const [taken] = next.splice(n, 1);
    if (taken) next.splice(n + by, 0, taken);
    setDrafts(next);
    setOpen(open === n ? n + by : -1);
  };
  const remove = (n: number) => {
    setDrafts(drafts.filter((_, i) => i !== n));
    setOpen(-1);
  };
  const add = () => {
    setDrafts([
      ...drafts,
      {
        key: '',
        label: '',
        type: 'text',
        finder: 'phrases',
        speaker: 'anyone',
        help: '',
        lines: '',
        choices: '',
        required: false,
      },
    ]);
    setOpen(drafts.length);
  };
  const save = async () => {
    setBusy(true);
    setError('');
    try {
      await api('PUT /customer-fields', {
        version: of.version,
        body: { fields: drafts.map((d) => bodyOf(d, drafts)) },
      });
      toast('Saved. Calls are read by it from now on.');
      saved();
    } catch (e) {
      setError(said(e));
    }
    setBusy(false);
  };
  const past = async () => {
    await api('POST /customer-fields/past', { body: { days: 30 } });
    toast('The calls of the last 30 days are being read again.');
  };
  return (
    <Page
      title="Customer fields"
      actions={
        <>
          <Button
            why={why ?? (fresh ? undefined : 'Save the changes first')}
            onClick={() => void past()}
          >
            Read past calls again
          </Button>
          <Button why={why} onClick={add}>
            Add a field
          </Button>
          <Button
            kind="main"
            busy={busy}
            why={why ?? (fresh ? 'Nothing is changed' : undefined)}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      <p class="note">
        What calls tell of customers is kept in these fields. A value that a person wrote is never
        overwritten by a call.
      </p>
      {error && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
      <Panel
        title={
          of.version ? `Fields, version ${of.version}` : 'Fields, as they come with the product'
        }
      >
        <ol class="schema-fields">
          {drafts.map((d, n) => (
            <li key={n}>
              <div class="schema-row">
                <button
                  type="button"
                  class="schema-name"
                  aria-expanded={open === n}
                  onClick={() => setOpen(open === n ? -1 : n)}
                >
                  {d.label || 'New field'}
                </button>
                <span class="note">{types[d.type]}</span>
                <span class="note">{finders[d.finder]}</span>
                <span class="note">{d.required ? 'Needed' : ''}</span>
                <span class="schema-acts">
                  <Button
                    why={why ?? (n ? undefined : 'It is the first')}
                    label={`Move ${d.label} up`}
                    onClick={() => move(n, -1)}
                  >
                    ↑
                  </Button>
                  <Button
                    why={why ?? (n + 1 < drafts.length ? undefined : 'It is the last')}
                    label={`Move ${d.label} down`}
                    onClick={() => move(n, 1)}
                  >
                    ↓
                  </Button>
                </span>
              </div>
              {open === n && (
                <FieldForm
                  draft={d}
                  change={(x) => change(n, x)}
                  remove={() => remove(n)}
                  why={why}
                />
              )}
            </li>
          ))}
        </ol>
      </Panel>
      <Preview fields={() => drafts.map((d) => bodyOf(d, drafts))} drafts={drafts} why={why} />
    </Page>
  );
}

function said(e: unknown): string {
  if (!(e instanceof ApiError)) return String(e);
  if (e.status === 412)
    return 'Somebody else changed the fields meanwhile. Reload the page to see theirs.';
  return e.fields.fields ?? e.message;
}
