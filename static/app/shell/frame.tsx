/* What surrounds every page of a tenant: side menu, top bar with number search, account menu, and
 * the two dialogs that are everywhere (palette and help). */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { connected } from '../api/live';
import { refusalFor, session } from '../api/session';
import { routes, to } from '../routes';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { useShortcuts } from '../ui/keys';
import { Account } from './account';
import { Help } from './help';
import { Palette } from './palette';
import { Reminders } from './reminders';
import { NumberSearch } from './search';

export function Brand({ href }: { href: string }) {
  return (
    <a class="brand" href={href}>
      <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
        <circle cx="9" cy="9" r="9" fill="var(--accent)" />
        <circle cx="9" cy="9" r="5" fill="none" stroke="var(--surface)" stroke-width="2" />
      </svg>
      Ringsight
    </a>
  );
}

function Menu({ group, path }: { group: 'main' | 'setup'; path: string }) {
  return (
    <ul>
      {routes
        .filter((r) => r.menu === group)
        .map((r) => {
          const why = refusalFor(r.permission);
          const here =
            path === r.path ||
            path.startsWith(`${r.path}/`) ||
            routes.some((other) => other.path === path && other.under === r.path);
          return (
            <li key={r.path}>
              {why ? (
                <Button kind="quiet" why={why}>
                  {r.title}
                </Button>
              ) : (
                <a href={r.path} aria-current={here ? 'page' : undefined}>
                  {r.title}
                </a>
              )}
            </li>
          );
        })}
    </ul>
  );
}

export function Frame({ children }: { children: ComponentChildren }) {
  const { path, route } = useLocation();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [drawer, setDrawer] = useState(false);

  useEffect(() => {
    setDrawer(false);
    window.scrollTo(0, 0);
  }, [path]);
  useShortcuts([
    {
      keys: ['ctrl+k'],
      shown: 'Ctrl K',
      label: 'Go anywhere',
      group: 'Everywhere',
      run: () => setPalette(true),
    },
    {
      keys: ['/'],
      label: 'Search a phone number',
      group: 'Everywhere',
      run: () => document.getElementById('number-search')?.focus(),
    },
    { keys: ['?'], label: 'Show these keys', group: 'Everywhere', run: () => setHelp(true) },
    { keys: ['c'], label: 'Go to calls', group: 'Everywhere', run: () => route(to.calls()) },
  ]);

  return (
    <div class={`frame ${drawer ? 'drawer-open' : ''}`}>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <aside class="side">
        <Brand href={to.calls()} />
        <nav aria-label="Main" id="menu">
          <Menu group="main" path={path} />
          <h2 class="side-group">Set up</h2>
          <Menu group="setup" path={path} />
        </nav>
        <p class="side-foot">{session.value?.tenant?.name}</p>
      </aside>
      {drawer && <div class="veil" onClick={() => setDrawer(false)} />}
      <header class="top">
        <Button
          kind="quiet"
          class="drawer-button"
          label={drawer ? 'Close menu' : 'Menu'}
          onClick={() => setDrawer(!drawer)}
        >
          <Icon name={drawer ? 'close' : 'menu'} />
        </Button>
        <NumberSearch openPalette={() => setPalette(true)} />
        {!connected.value && (
          <p class="offline" role="status">
            Reconnecting to live updates
          </p>
        )}
        <Account />
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Reminders />
      {palette && <Palette onClose={() => setPalette(false)} />}
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}
