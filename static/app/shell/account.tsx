/* Tenant name and the account's own menu: switch tenant, settings, sign out. */
import { useLocation } from 'preact-iso';
import { chooseTenant, session, signOut } from '../api/session';
import { to } from '../routes';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { toast } from '../ui/toast';

export function Account() {
  const { route } = useLocation();
  const now = session.value;
  if (!now) return null;
  const others = now.memberships.filter((m) => m.tenant_id !== now.tenant?.id);

  const change = async (id: string, close: () => void) => {
    close();
    try {
      const next = await chooseTenant(id);
      route(to.calls());
      toast(`You are in ${next.tenant?.name ?? 'another tenant'} now.`);
    } catch (error) {
      toast((error as Error).message, true);
    }
  };

  return (
    <div class="account">
      <span class="tenant-name">{now.tenant?.name}</span>
      <Popover
        class="chip"
        align="end"
        label={
          <>
            <span class="wide">{now.user.name}</span>
            <span class="narrow">{initials(now.user.name)}</span>
            <span class="away"> account</span>
          </>
        }
      >
        {(close) => (
          <div class="account-menu">
            <p>
              <strong>{now.user.name}</strong>
              <br />
              {now.user.email}
            </p>
            {others.length > 0 && <p class="label">Switch tenant</p>}
            {others.map((m) => (
              <button
                type="button"
                key={m.tenant_id}
                onClick={() => void change(m.tenant_id, close)}
              >
                <span>{m.name}</span>
                <span class="note">{m.role}</span>
              </button>
            ))}
            <hr />
            <a href={to.security()} onClick={close}>
              Security
            </a>
            <a href={to.settings()} onClick={close}>
              Settings
            </a>
            <button type="button" onClick={() => void signOut()}>
              <span>Sign out</span>
              <Icon name="right" />
            </button>
          </div>
        )}
      </Popover>
    </div>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();
