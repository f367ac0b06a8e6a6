/* Settings of this browser and this account, and which engines do the work. */
import { refusalFor, session, signOut } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { capital } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { theme, type Theme } from '../../ui/theme';
import { PolicyPanel } from '../factors/policy-panel';
import { NumbersPanel } from './numbers-panel';
import { RecordingsPanel } from './recordings-panel';
import { RedactionPanel } from './redaction-panel';
import './settings.css';

const themes: { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export default function Settings() {
  const why = refusalFor('scorecards.read');
  const engines = useApi(why ? null : 'GET /engines');
  const chosen = useApi(refusalFor('integrations.read') ? null : 'GET /speech-engines');
  const models = useApi(refusalFor('integrations.read') ? null : 'GET /language-engines');
  const now = session.value;
  return (
    <Page title="Settings" class="settings">
      <Panel title="Appearance">
        <fieldset class="options part">
          <legend>Theme</legend>
          {themes.map((t) => (
            <label key={t.value}>
              <input
                type="radio"
                name="theme"
                value={t.value}
                checked={theme.value === t.value}
                onChange={() => {
                  theme.value = t.value;
                }}
              />
              {t.label}
            </label>
          ))}
        </fieldset>
      </Panel>
      <Panel
        title="Account"
        side={
          <div class="actions">
            <a href={to.security()}>Security and sessions</a>
            <Button onClick={() => void signOut()}>Sign out</Button>
          </div>
        }
      >
        <div class="part">
          <Facts
            class="rows"
            items={[
              ['Name', now?.user.name],
              ['E-mail', now?.user.email],
              ['Role', capital(now?.role ?? '')],
              ['Tenant', now?.tenant?.name],
              ['Time zone', now?.tenant?.zone],
            ]}
          />
        </div>
      </Panel>
      <PolicyPanel />
      {!refusalFor('people.write') && (
        <Panel title="Sign-in by provider" side={<a href={to.provider()}>Settings and test</a>}>
          <p class="panel-note">
            People can sign in by a provider of yours (OpenID Connect), with roles by its groups.
          </p>
        </Panel>
      )}
      <NumbersPanel />
      <RecordingsPanel />
      <RedactionPanel />
      <Panel
        title="Engines"
        side={!refusalFor('integrations.read') && <a href={to.engines()}>Engines and vocabulary</a>}
      >
        {why ? (
          <p class="panel-note">{why}</p>
        ) : engines.error ? (
          <Failed error={engines.error} retry={engines.reload} />
        ) : !engines.data ? (
          <Loading rows={2} label="Loading engines" />
        ) : (
          <div class="part engines">
            {chosen.data?.items.length ? (
              <p>
                <span class="note">Speech</span>{' '}
                <strong>{chosen.data.items.map((e) => e.name).join(', then ')}</strong>
              </p>
            ) : (
              <Engine title="Speech" {...engines.data.speech} />
            )}
            {models.data?.items.length ? (
              <p>
                <span class="note">Language</span>{' '}
                <strong>
                  {models.data.items
                    .map((e) => e.name)
                    .concat(engines.data.language.name)
                    .join(', then ')}
                </strong>
              </p>
            ) : (
              <Engine title="Language" {...engines.data.language} />
            )}
          </div>
        )}
      </Panel>
    </Page>
  );
}

function Engine({
  title,
  name,
  version,
  notice,
}: {
  title: string;
  name: string;
  version: string;
  notice: string | null;
}) {
  return (
    <div>
      <p>
        <span class="note">{title}</span> <strong>{name}</strong> {version}
      </p>
      {notice && <p class="engine-notice">{notice}</p>}
    </div>
  );
}
