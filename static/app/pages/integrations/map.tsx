/* The field map of an integration: made beside what the last delivery had, and tried on it at every
 * change. */
import { useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import type { FieldMap } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { fromDraft, toDraft, type Draft, type Rule } from './map-draft';
import { usePreview, Verdict } from './map-preview';
import { Forms, RuleRow } from './map-rules';
import './integrations.css';
import './map.css';

export default function MapPage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  const found = useApi('GET /integrations/{}/map', { at: [id] }, true);
  const above = { href: to.integration(id), label: 'Integration' };
  return (
    <Page title="Field map" above={above}>
      {found.data ? (
        <Editor id={id} of={found.data} saved={found.reload} />
      ) : found.error ? (
        <Failed error={found.error} retry={found.reload} />
      ) : (
        <Loading label="Loading the map" />
      )}
    </Page>
  );
}

function Editor({ id, of, saved }: { id: string; of: FieldMap; saved: () => void }) {
  const names = of.fields.map((f) => f.name);
  const [draft, setDraft] = useState<Draft>(() => toDraft(of.map, names));
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const why = refusalFor('integrations.write');
  const map = fromDraft(draft, of.fields);
  const { data, why: nothing } = usePreview(id, map);
  const set = (change: Partial<Draft>) => setDraft((d) => ({ ...d, ...change }));
  const rule = (field: string, change: Partial<Rule>) =>
    setDraft((d) => ({
      ...d,
      rules: { ...d.rules, [field]: { ...(d.rules[field] as Rule), ...change } },
    }));

  const save = async (body: { map?: Record<string, unknown> }) => {
    setBusy(true);
    setError('');
    try {
      await api('PUT /integrations/{}/map', { at: [id], version: of.version, body });
      toast(
        body.map
          ? 'The map is saved. Deliveries of before can be read again.'
          : 'The map is removed.',
      );
      if (!body.map) setDraft(toDraft(null, names));
      saved();
    } catch (e) {
      setError((e instanceof ApiError && e.fields.map) || (e as Error).message);
    }
    setBusy(false);
  };
  const top = (
    label: string,
    key: 'unwrap' | 'each' | 'zone' | 'onlyFrom' | 'onlyIs',
    help: string,
  ) => (
    <TextField
      label={label}
      name={key}
      value={draft[key]}
      help={help}
      onChange={(v) => set({ [key]: v })}
    />
  );
  const first = data?.result.calls.find((c) => !c.left_out);

  return (
    <>
      <datalist id="map-names">
        {data?.result.sent.map((s) => (
          <option value={s.name}>{s.value}</option>
        ))}
      </datalist>
      <Forms />
      {error && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
      <Panel
        title="What each field becomes"
        side={
          <span class="actions">
            <Button why={why} busy={busy} kind="main" onClick={() => void save({ map })}>
              Save the map
            </Button>
            {of.map && (
              <Button why={why} busy={busy} onClick={() => void save({})}>
                Remove it
              </Button>
            )}
            <LinkButton href={to.deliveries({ integration: id, state: 'unparsed' })}>
              Unparsed deliveries
            </LinkButton>
          </span>
        }
      >
        <Verdict data={data} why={nothing} />
        <table class="map-table">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Comes from</th>
              <th scope="col">How</th>
              <th scope="col">Gives now</th>
            </tr>
          </thead>
          <tbody>
            {of.fields.map((f) => (
              <RuleRow
                key={f.name}
                field={f}
                rule={draft.rules[f.name] as Rule}
                set={(change) => rule(f.name, change)}
                cell={first?.cells.find((c) => c.field === f.name)}
              />
            ))}
          </tbody>
        </table>
      </Panel>
      <div class="map-parts">
        <Panel title="The delivery as a whole">
          <div class="part form">
            {top(
              'Zone of its times',
              'zone',
              `Like Asia/Kolkata. Blank: that of the integration, ${of.zone}.`,
            )}
            {top('Unwrap', 'unwrap', 'A form field that holds the JSON, such as data.')}
            {top(
              'List of calls',
              'each',
              'Where the list is, such as result.calls. Blank: the delivery is one call or a list.',
            )}
            {top(
              'Let in only where',
              'onlyFrom',
              'Name of what is sent, such as event. Blank: everything is read.',
            )}
            {top('is one of', 'onlyIs', 'Such as hangup, completed.')}
          </div>
        </Panel>
        <Panel title="What was sent">
          {data?.result.sent.length ? (
            <dl class="map-sent part">
              {data.result.sent.map((s) => (
                <div key={s.name}>
                  <dt>{s.name}</dt>
                  <dd>{s.value}</dd>
                </div>
              ))}
            </dl>
          ) : (
            <p class="panel-note">Nothing to show yet.</p>
          )}
        </Panel>
      </div>
    </>
  );
}
