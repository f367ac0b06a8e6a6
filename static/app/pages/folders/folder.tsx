/* One drop folder: whether it works, what is there, what became of its files, its settings. */
import { useLocation, useRoute } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import type { DropFolderFull } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { State } from '../integrations/state';
import { FolderFields, settingsOf, type Values } from './fields';
import { FilesPanel } from './files-panel';
import { LookPanel } from './look-panel';
import { kindName } from './words';
import '../integrations/integrations.css';
import './folders.css';

function stored(of: DropFolderFull): Values {
  const texts = Object.entries(of.settings).filter(
    (e): e is [string, string] => typeof e[1] === 'string',
  );
  return {
    ...Object.fromEntries(texts),
    every_min: (of.settings.every_min as string | null) ?? '5',
    sidecar: (of.settings.sidecar as string | null) ?? '0',
    name: of.name,
    pattern: of.pattern,
    zone: of.zone,
    after_taking: of.after_taking,
    stable_s: String(of.stable_s),
    integration_id: of.integration_id ?? '',
  };
}

function Settings({
  of,
  why,
  saved,
}: {
  of: DropFolderFull;
  why: string | undefined;
  saved: () => void;
}) {
  const [values, setValues] = useState<Values>(() => stored(of));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => setValues(stored(of)), [of.version]);
  const change = async (body: object) => {
    if (busy || why) return;
    setBusy(true);
    setError(undefined);
    try {
      await api('PATCH /drop-folders/{}', { at: [of.id], version: of.version, body });
      toast('Saved.');
      saved();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  const save = () =>
    change({
      name: values.name,
      pattern: values.pattern ?? '',
      after_taking: values.after_taking,
      settings: settingsOf(of.kind, values),
      ...(values.zone ? { zone: values.zone } : {}),
      ...(values.stable_s ? { stable_s: Number(values.stable_s) } : {}),
      ...(values.integration_id ? { integration_id: values.integration_id } : {}),
    });
  return (
    <Panel title="Settings">
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <FolderFields
          kind={of.kind}
          values={values}
          set={setValues}
          errors={error?.fields ?? {}}
          stored={of.settings}
        />
        <div class="actions">
          <Button type="submit" kind="main" why={why} busy={busy}>
            Save
          </Button>
          <Button
            why={why}
            onClick={() => void change({ state: of.state === 'paused' ? 'active' : 'paused' })}
          >
            {of.state === 'paused' ? 'Go on' : 'Pause'}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

export default function Folder() {
  const id = useRoute().params.id ?? '';
  const { route } = useLocation();
  const of = useApi('GET /drop-folders/{}', { at: [id] }, true);
  const why = refusalFor('integrations.write');
  const above = { href: to.folders(), label: 'Drop folders' };
  const remove = () => {
    if (!window.confirm('Take nothing from this folder any more? Its calls stay.')) return;
    api('DELETE /drop-folders/{}', { at: [id] }).then(
      () => route(to.folders()),
      (e: Error) => toast(e.message, true),
    );
  };
  if (of.error && !of.data)
    return (
      <Page title="Drop folder" above={above}>
        <Failed error={of.error} retry={of.reload} />
      </Page>
    );
  if (!of.data)
    return (
      <Page title="Drop folder" above={above}>
        <Loading label="Loading the folder" />
      </Page>
    );
  const f = of.data;
  return (
    <Page
      title={f.name}
      above={above}
      actions={
        <Button kind="danger" why={why} onClick={remove}>
          Remove
        </Button>
      }
    >
      <p class="folder-state">
        {kindName(f.kind)} <State state={f.state} reason={f.state_reason} />
      </p>
      <div class="integration-parts">
        <Settings of={f} why={why} saved={of.reload} />
        <div class="stack">
          <LookPanel of={f} why={why} reload={of.reload} />
          <FilesPanel folder={id} />
        </div>
      </div>
    </Page>
  );
}
