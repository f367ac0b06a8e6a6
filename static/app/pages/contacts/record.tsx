/* What is known of a contact, each value with the call it came from; a person may write, keep or clear
 * it, and then no call changes it. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import { clockMs, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { shownValue, typeWord } from '../customers/words';

type Value = Item<'GET /contacts/{}/values'>;

export function RecordPanel({ contact }: { contact: string }) {
  const record = useApi('GET /contacts/{}/values', { at: [contact] }, true);
  useLive((n) => n.kind === 'call.updated', record.reload);
  return (
    <Panel title="Known of them" side={<a href={to.customerFields()}>Fields</a>}>
      {record.error ? (
        <Failed error={record.error} retry={record.reload} />
      ) : !record.data ? (
        <Loading rows={5} label="Loading what is known" />
      ) : (
        <ul class="record">
          {record.data.items.map((v) => (
            <Row key={v.key} contact={contact} value={v} reload={record.reload} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Row({ contact, value: v, reload }: { contact: string; value: Value; reload: () => void }) {
  const [editing, setEditing] = useState(false);
  const why = refusalFor('calls.write');
  const write = async (body: { value?: string; call?: string }, said: string) => {
    await api('PUT /contacts/{}/values/{}', { at: [contact, v.key], body });
    toast(said);
    setEditing(false);
    reload();
  };
  const quick = (act: Promise<unknown>) =>
    void act.catch((e: unknown) => toast((e as Error).message, true));
  const free = async () => {
    await api('DELETE /contacts/{}/values/{}', { at: [contact, v.key] });
    toast('Calls decide again.');
    reload();
  };
  const byPerson = v.state === 'edited' || v.state === 'kept' || v.state === 'cleared';
  return (
    <li>
      <div class="record-head">
        <h3>{v.label}</h3>
        <p class="record-value">
          {v.value !== null ? (
            <strong>{shownValue(v.value)}</strong>
          ) : (
            <span class={v.required && v.state === 'missing' ? 'warn-ink' : 'note'}>
              {v.state === 'unreadable'
                ? `“${v.heard[0]?.said ?? ''}”, not read as ${typeWord(v.type)}`
                : v.state === 'cleared'
                  ? 'Cleared'
                  : 'Not known'}
            </span>
          )}
        </p>
        <div class="record-acts">
          {byPerson && (
            <Button why={why} onClick={() => quick(free())} label={`Let calls decide ${v.label}`}>
              Let calls decide
            </Button>
          )}
          <Button why={why} onClick={() => setEditing(!editing)} label={`Edit ${v.label}`}>
            Edit
          </Button>
        </div>
      </div>
      <Origin value={v} />
      {editing && <Editor value={v} write={write} />}
      {(v.heard.length > 1 || byPerson) && v.heard.length > 0 && (
        <details>
          <summary>
            {v.conflict ? 'Calls say otherwise' : 'What calls told'} ({v.heard.length})
          </summary>
          <ul class="heard">
            {v.heard.map((h) => (
              <li key={h.call}>
                <a href={to.call(h.call, { tab: 'analysis' })}>
                  {whenOf(h.started_at, zone.value)}
                </a>{' '}
                {h.value !== null && <strong>{shownValue(h.value)}</strong>}{' '}
                <span class="note">
                  “{h.said}”{h.spans[0] && ` at ${clockMs(h.spans[0].start_ms)}`}
                </span>
                {h.value !== null && h.call !== v.call && (
                  <Button why={why} onClick={() => quick(write({ call: h.call }, 'Kept.'))}>
                    Keep this
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Origin({ value: v }: { value: Value }) {
  if (v.state === 'missing') return null;
  const from = v.heard.find((h) => h.call === v.call);
  const place = from?.spans[0];
  return (
    <p class="note record-origin">
      {v.by &&
        `${v.state === 'kept' ? 'Kept' : v.state === 'cleared' ? 'Cleared' : 'Written'} by ${v.by}, ${whenOf(v.at ?? '', zone.value)}. `}
      {v.call && (
        <>
          Heard in <a href={to.call(v.call, { tab: 'analysis' })}>a call</a>
          {from && `, ${whenOf(from.started_at, zone.value)}`}
          {place && ` at ${clockMs(place.start_ms)}`}.
        </>
      )}
      {v.conflict && <span class="warn-ink"> Calls differ.</span>}
    </p>
  );
}

function Editor({
  value: v,
  write,
}: {
  value: Value;
  write: (body: { value: string }, said: string) => Promise<void>;
}) {
  const [text, setText] = useState(v.value ?? '');
  const [error, setError] = useState<ApiError>();
  const send = async (value: string, said: string) => {
    try {
      await write({ value }, said);
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
  };
  const common = {
    label: v.label,
    name: 'value',
    value: text,
    onChange: setText,
    required: true,
    error: error && (error.fields.value ?? error.message),
  };
  const choices = v.type === 'yes_no' ? ['yes', 'no'] : v.choices;
  return (
    <form
      class="form record-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(text, 'Saved. Calls do not change it.');
      }}
    >
      {choices.length ? (
        <SelectField
          {...common}
          choices={[
            { value: '', label: 'Choose' },
            ...choices.map((c) => ({ value: c, label: shownValue(c) })),
          ]}
        />
      ) : (
        <TextField {...common} type={v.type === 'date' ? 'date' : 'text'} />
      )}
      <div class="form-end">
        <Button type="submit" kind="main">
          Save
        </Button>
        <Button onClick={() => void send('', 'Cleared. Calls do not fill it again.')}>Clear</Button>
      </div>
    </form>
  );
}
