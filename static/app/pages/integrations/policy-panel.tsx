/* What is fetched and analysed of an integration's calls: said in a sentence, changed in a form,
 * carried back over past days after a count. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { useAgents } from '../uploads/use-agents';
import {
  draftOf,
  ruleOf,
  ruleWords,
  type Draft,
  type Half,
  type Policy,
  type Store,
} from './policy';
import { PolicyHalf } from './policy-half';
import { PolicyRuns } from './policy-runs';

export function PolicyPanel({
  id,
  uploads,
  why,
}: {
  id: string;
  uploads: boolean;
  why: string | undefined;
}) {
  const policy = useApi('GET /integrations/{}/policy', { at: [id] }, true);
  const [open, setOpen] = useState(false);
  if (!policy.data)
    return (
      <Panel title="Fetched and analysed">
        {policy.error ? (
          <Failed error={policy.error} retry={policy.reload} />
        ) : (
          <Loading rows={2} label="Loading the policy" />
        )}
      </Panel>
    );
  const p = policy.data;
  return (
    <Panel
      title="Fetched and analysed"
      side={
        !open && (
          <Button why={why} onClick={() => setOpen(true)}>
            Change
          </Button>
        )
      }
    >
      <div class="part policy">
        {!uploads && (
          <p>
            Recordings are fetched of <b>{ruleWords(p.body.fetch, p.agents)}</b>.
          </p>
        )}
        <p>
          Analysed: <b>{ruleWords(p.body.analyse, p.agents)}</b>. The rest is kept and says why.
        </p>
        <p>
          Recordings are kept <b>{p.body.store === 'opus' ? 'as Opus' : 'as they came'}</b>
          {p.body.store === 'opus' && '; what came goes once its transcript is written'}.
        </p>
        <p class="note">
          {p.version && p.created_at
            ? `Version ${p.version}, since ${whenOf(p.created_at, zone.value)}${p.by ? `, by ${p.by}` : ''}. Calls keep the version they came under.`
            : 'Nothing was ever chosen: everything is fetched and analysed.'}
        </p>
        {open && (
          <PolicyForm
            key={p.version}
            id={id}
            policy={p}
            uploads={uploads}
            close={() => setOpen(false)}
            saved={() => {
              setOpen(false);
              policy.reload();
            }}
          />
        )}
        {p.version > 0 && !open && <PolicyRuns id={id} why={why} />}
      </div>
    </Panel>
  );
}

function PolicyForm({
  id,
  policy,
  uploads,
  close,
  saved,
}: {
  id: string;
  policy: Policy;
  uploads: boolean;
  close: () => void;
  saved: () => void;
}) {
  const agents = useAgents();
  const halves: Half[] = uploads ? ['analyse'] : ['analyse', 'fetch'];
  const [drafts, setDrafts] = useState<Record<Half, Draft>>({
    fetch: draftOf(policy.body.fetch),
    analyse: draftOf(policy.body.analyse),
  });
  const [store, setStore] = useState<Store>(policy.body.store ?? 'original');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => document.querySelector<HTMLElement>('[name=analyse-who]')?.focus(), []);

  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api('PATCH /integrations/{}/policy', {
        at: [id],
        version: policy.version,
        body: {
          ...Object.fromEntries(halves.map((h) => [h, ruleOf(drafts[h])])),
          ...(store !== (policy.body.store ?? 'original') ? { store } : {}),
        },
      });
      toast('Saved. It holds for calls from now on.');
      saved();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };

  return (
    <form
      class="form policy-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {error && !Object.keys(error.fields).length && (
        <p class="form-error" role="alert">
          {error.status === 412
            ? 'Somebody else changed this meanwhile. Close it and look again.'
            : error.message}
        </p>
      )}
      {halves.map((half) => (
        <PolicyHalf
          key={half}
          half={half}
          draft={drafts[half]}
          set={(by) => setDrafts({ ...drafts, [half]: { ...drafts[half], ...by } })}
          agents={agents}
          error={error?.fields[half]}
        />
      ))}
      <SelectField
        label="Recordings kept"
        name="store"
        required
        value={store}
        onChange={(v) => setStore(v as Store)}
        choices={[
          { value: 'original', label: 'As they came' },
          { value: 'opus', label: 'As Opus, the original not' },
        ]}
        error={error?.fields.store}
        help="Opus is a third to a tenth of the size and sounds alike. The transcript is made of the original first; its hash stays with the call, its bytes go for good."
      />
      <div class="actions">
        <Button kind="main" type="submit" busy={busy}>
          Save
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
    </form>
  );
}
