/* A new drop folder: where it is, then what its names tell. */
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Page, Panel } from '../../ui/page';
import { FolderFields, settingsOf, type Values } from './fields';
import { kinds, type Kind } from './words';
import '../integrations/integrations.css';

export default function NewFolder() {
  const { route } = useLocation();
  const [kind, setKind] = useState<Kind>('local');
  const [values, setValues] = useState<Values>({
    every_min: '5',
    sidecar: '0',
    after_taking: 'move',
  });
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);

  const create = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const settings = Object.fromEntries(
      Object.entries(settingsOf(kind, values)).filter(([, v]) => v !== null),
    );
    const filled = Object.fromEntries(
      (['pattern', 'zone', 'after_taking', 'integration_id'] as const)
        .filter((n) => values[n])
        .map((n) => [n, values[n]]),
    );
    try {
      const made = await api('POST /drop-folders', {
        body: {
          name: values.name ?? '',
          kind,
          settings,
          ...filled,
          ...(values.stable_s ? { stable_s: Number(values.stable_s) } : {}),
        },
      });
      route(to.folder(made.id));
      return;
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };

  return (
    <Page title="Add a folder" above={{ href: to.folders(), label: 'Drop folders' }}>
      <Panel class="connect">
        <form
          class="form part"
          onSubmit={(event) => {
            event.preventDefault();
            void create();
          }}
        >
          {error && (
            <p class="form-error" role="alert">
              {error.message}
            </p>
          )}
          <fieldset class="options">
            <legend>Where the files lie</legend>
            {kinds.map((k) => (
              <label key={k.value}>
                <input
                  type="radio"
                  name="kind"
                  value={k.value}
                  checked={k.value === kind}
                  onChange={() => {
                    setKind(k.value);
                    setError(undefined);
                  }}
                />
                {k.label}
              </label>
            ))}
          </fieldset>
          <p class="field-help">{kinds.find((k) => k.value === kind)?.doc}</p>
          <FolderFields kind={kind} values={values} set={setValues} errors={error?.fields ?? {}} />
          <Button type="submit" kind="main" busy={busy}>
            Add it and look
          </Button>
        </form>
      </Panel>
    </Page>
  );
}
