/* Making an endpoint or changing one: where events go, which, and how they are signed. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { eventName } from './words';

export interface Keys {
  id: string;
  secret: string;
  public_key: string | null;
  old_until: string | null;
}

export interface Endpoint {
  id: string;
  url: string;
  description: string;
  events: string[];
  version: number;
}

function EventChoice({
  events,
  all,
  chosen,
  onAll,
  toggle,
}: {
  events: string[];
  all: boolean;
  chosen: Set<string>;
  onAll: (all: boolean) => void;
  toggle: (event: string) => void;
}) {
  return (
    <fieldset class="webhook-events">
      <legend>Events</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={all}
          onChange={(event) => onAll(event.currentTarget.checked)}
        />
        All, those too that come later
      </label>
      {!all &&
        events.map((name) => (
          <label class="check" key={name}>
            <input type="checkbox" checked={chosen.has(name)} onChange={() => toggle(name)} />
            <span>
              {eventName(name)} <code class="note">{name}</code>
            </span>
          </label>
        ))}
    </fieldset>
  );
}

export function EndpointForm({
  of,
  events,
  done,
  onClose,
}: {
  of?: Endpoint;
  events: string[];
  done: (keys?: Keys) => void;
  onClose: () => void;
}) {
  const [url, setUrl] = useState(of?.url ?? '');
  const [description, setDescription] = useState(of?.description ?? '');
  const [all, setAll] = useState(!of?.events.length);
  const [chosen, setChosen] = useState(new Set(of?.events));
  const [ed25519, setEd25519] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const toggle = (event: string) => {
    const next = new Set(chosen);
    if (!next.delete(event)) next.add(event);
    setChosen(next);
  };
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const body = { url: url.trim(), description, events: all ? [] : [...chosen] };
    try {
      if (of) {
        await api('PATCH /webhooks/{}', { at: [of.id], version: of.version, body });
        done();
      } else done(await api('POST /webhooks', { body: { ...body, ed25519 } }));
      return;
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
    setBusy(false);
  };
  const problem =
    error?.fields.events ??
    (error && !Object.keys(error.fields).length ? error.message : undefined);
  return (
    <form
      class="form part"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {problem && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
      <TextField
        label="Address"
        name="url"
        type="url"
        required
        value={url}
        onChange={setUrl}
        placeholder="https://crm.example.com/ringsight"
        error={error?.fields.url}
        help="Events are posted there as JSON, signed by Standard Webhooks 1.0."
      />
      <TextField
        label="Description"
        name="description"
        value={description}
        onChange={setDescription}
        error={error?.fields.description}
      />
      <EventChoice events={events} all={all} chosen={chosen} onAll={setAll} toggle={toggle} />
      {!of && (
        <label class="check">
          <input
            type="checkbox"
            checked={ed25519}
            onChange={(event) => setEd25519(event.currentTarget.checked)}
          />
          Sign by a key pair too (ed25519), so that the receiver needs no secret
        </label>
      )}
      <div class="actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="main"
          type="submit"
          busy={busy}
          why={all || chosen.size ? undefined : 'Choose an event first.'}
        >
          {of ? 'Save' : 'Make the endpoint'}
        </Button>
      </div>
    </form>
  );
}
