/* What surrounds every page of the operator: brand, the few pages there are, signing out. */
import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { platform, signOutPlatform } from '../api/session';
import { to } from '../routes';
import { Button } from '../ui/button';
import { Brand } from './frame';

const pages = [
  { href: to.tenants(), label: 'Tenants' },
  { href: to.queues(), label: 'Queues' },
  { href: to.platformAudit(), label: 'Audit' },
  { href: to.platformMails(), label: 'Mails' },
  { href: to.platformSecurity(), label: 'Security' },
];

export function OperatorFrame({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  return (
    <div class="operator">
      <header class="top">
        <Brand href={to.tenants()} />
        <nav class="operator-nav" aria-label="Main">
          {pages.map((p) => (
            <a key={p.href} href={p.href} aria-current={path === p.href ? 'page' : undefined}>
              {p.label}
            </a>
          ))}
        </nav>
        <span class="account">
          <span class="who">{platform.value?.user.name}</span>
          <Button onClick={() => void signOutPlatform()}>Sign out</Button>
        </span>
      </header>
      <main id="content">{children}</main>
    </div>
  );
}
