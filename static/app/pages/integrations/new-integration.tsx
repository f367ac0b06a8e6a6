/* Connecting a phone system: which one, its settings, then its address. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { Address } from './address';
import { rememberAddress } from './shown-address';
import { SettingFields, filled, type Values } from './settings-form';
import { providerName } from './words';
import './integrations.css';

export default function NewIntegration() {
  const providers = useApi('GET /providers');
  const [slug, setSlug] = useState('');
  const [name, setName] = useState('');
  const [values, setValues] = useState<Values>({});
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ id: string; hook_url: string }>();
  const above = { href: to.integrations(), label: 'Integrations' };

  if (made) {
    return (
      <Page
        title={`${name} is connected`}
        above={above}
        actions={
          <LinkButton kind="main" href={to.integration(made.id)}>
            Done
          </LinkButton>
        }
      >
        <Address id={made.id} url={made.hook_url} provider={slug} />
      </Page>
    );
  }

  const list = providers.data?.items ?? [];
  const chosen = list.find((p) => p.slug === slug) ?? list[0];

  const create = async () => {
    if (!chosen || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const provider = chosen.slug;
      const reply = await api('POST /integrations', {
        body: {
          provider,
          name,
          settings: filled(chosen.settings, values),
        },
      });
      setSlug(provider);
      rememberAddress(reply.id, reply.hook_url);
      setMade(reply);
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };

  return (
    <Page title="Connect a phone system" above={above}>
      {providers.error && <Failed error={providers.error} retry={providers.reload} />}
      {providers.loading && <Loading label="Loading phone systems" />}
      {chosen && (
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
              <legend>System</legend>
              {list.map((p) => (
                <label key={p.slug}>
                  <input
                    type="radio"
                    name="provider"
                    value={p.slug}
                    checked={p === chosen}
                    onChange={() => {
                      setSlug(p.slug);
                      setError(undefined);
                    }}
                  />
                  {p.title || providerName(p.slug)}
                </label>
              ))}
            </fieldset>
            <TextField
              label="Name"
              name="name"
              value={name}
              onChange={setName}
              required
              placeholder={`${chosen.title} at head office`}
              error={error?.fields.name}
              help="How this system is called here, for example by its site."
            />
            <SettingFields
              fields={chosen.settings}
              values={values}
              set={setValues}
              errors={error?.fields ?? {}}
            />
            <Button type="submit" kind="main" busy={busy}>
              Connect and show the address
            </Button>
          </form>
        </Panel>
      )}
    </Page>
  );
}
