/* Where one is signed in, and ending what one does not know. For people of tenants and for super admins. */
import { useState } from 'preact/hooks';
import { api, type Item } from '../../api/client';
import { session, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';

type Session = Item<'GET /sessions'>;

const ways: Record<string, string> = {
  password: 'Password',
  code: 'Password and code',
  recovery: 'Password and recovery code',
  provider: 'Provider',
  passkey: 'Password and passkey',
};
const nameOf = (s: Session) => s.device ?? 'Unknown browser';

export function SessionsPanel({ operator = false }: { operator?: boolean }) {
  const list = useApi(operator ? 'GET /platform/sessions' : 'GET /sessions', {}, true);
  const [ending, setEnding] = useState<Session | 'others'>();
  const [busy, setBusy] = useState(false);
  const others = (list.data?.items.length ?? 1) - 1;
  const several = (session.value?.memberships.length ?? 0) > 1;

  const end = async (which: Session | 'others') => {
    if (busy) return;
    setBusy(true);
    try {
      if (which === 'others')
        await api(operator ? 'POST /platform/sessions/end-others' : 'POST /sessions/end-others');
      else
        await api(operator ? 'DELETE /platform/sessions/{}' : 'DELETE /sessions/{}', {
          at: [which.id],
        });
      toast(
        which === 'others' ? 'You are signed in here only.' : `${nameOf(which)} is signed out.`,
      );
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
    setEnding(undefined);
    list.reload();
  };

  const columns: Column<Session>[] = [
    {
      key: 'device',
      label: 'Device',
      phone: 'lead',
      show: (s) => <strong>{nameOf(s)}</strong>,
    },
    {
      key: 'state',
      label: 'Last used',
      phone: 'more',
      show: (s) => (s.current ? 'This session' : whenOf(s.seen_at, zone.value)),
    },
    {
      key: 'since',
      label: 'Signed in',
      phone: 'off',
      show: (s) => whenOf(s.created_at, zone.value),
    },
    { key: 'way', label: 'By', show: (s) => ways[s.way ?? ''] ?? 'Not known' },
    { key: 'address', label: 'Network address', show: (s) => s.address ?? 'Not known' },
    ...(several && !operator
      ? [{ key: 'tenant', label: 'In', show: (s: Session) => s.tenant ?? '' }]
      : []),
    {
      key: 'act',
      label: 'Actions',
      class: 'acts',
      show: (s) =>
        !s.current && (
          <Button
            kind="quiet"
            label={`End the session of ${nameOf(s)} from ${whenOf(s.created_at, zone.value)}`}
            onClick={() => setEnding(s)}
          >
            End
          </Button>
        ),
    },
  ];

  return (
    <Panel
      title="Where you are signed in"
      side={
        <Button
          kind="quiet"
          why={others > 0 ? undefined : 'There is no other session.'}
          onClick={() => setEnding('others')}
        >
          End all others
        </Button>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading rows={2} label="Loading where you are signed in" />
      ) : (
        <DataTable label="Where you are signed in" rows={list.data.items} columns={columns} />
      )}
      {ending && (
        <Confirm
          title={ending === 'others' ? 'End all other sessions?' : `End ${nameOf(ending)}?`}
          text={
            ending === 'others'
              ? 'Every other device and browser is signed out within a second. If you did not know one of them, choose a new password too.'
              : 'It is signed out within a second. If you do not know it, choose a new password too.'
          }
          action={ending === 'others' ? 'End them' : 'End it'}
          busy={busy}
          onYes={() => void end(ending)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Panel>
  );
}
