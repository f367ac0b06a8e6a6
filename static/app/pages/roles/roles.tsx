/* What people and keys may do: the roles that come with the service, and those of the tenant. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { count } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { RoleDialog, type Role } from './role-dialog';
import { allowed } from './words';
import './roles.css';

const most = 5;

const users = (r: Role) =>
  [
    r.members && `${count(r.members)} ${r.members === 1 ? 'member' : 'members'}`,
    r.keys && `${count(r.keys)} ${r.keys === 1 ? 'key' : 'keys'}`,
    r.invited && `${count(r.invited)} invited`,
  ]
    .filter(Boolean)
    .join(', ');

export default function Roles() {
  const list = useApi('GET /roles', undefined, true);
  const [editing, setEditing] = useState<Role | 'new'>();
  const [leaving, setLeaving] = useState<Role>();
  const [busy, setBusy] = useState(false);
  const why = refusalFor('people.write');
  const all = list.data?.permissions ?? [];

  const retire = async (role: Role) => {
    setBusy(true);
    try {
      await api('DELETE /roles/{}', { at: [role.id] });
      toast(`${role.name} is retired.`);
      list.reload();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
    setLeaving(undefined);
  };
  const may = (r: Role) => {
    if (r.permissions.length === all.length) return 'Everything';
    const words = r.permissions.map(allowed);
    return words.length <= most
      ? words.join(' · ')
      : `${words.slice(0, most - 1).join(' · ')} and ${count(words.length - most + 1)} more`;
  };

  const columns: Column<Role>[] = [
    { key: 'name', label: 'Role', phone: 'lead', show: (r) => <strong>{r.name}</strong> },
    {
      key: 'scope',
      label: 'Sees',
      phone: 'end',
      show: (r) => (r.scope === 'own' ? 'Own calls' : r.scope === 'team' ? 'Team' : 'All calls'),
    },
    {
      key: 'may',
      label: 'May',
      class: 'role-may',
      show: (r) => <span class="note">{may(r)}</span>,
    },
    { key: 'who', label: 'Who has it', show: (r) => users(r) || <span class="note">Nobody</span> },
    {
      key: 'act',
      label: 'Actions',
      class: 'acts',
      show: (r) =>
        r.own && (
          <>
            <Button
              kind="quiet"
              label={`Change ${r.name}`}
              why={why ?? (r.may_give ? undefined : 'This role may more than you.')}
              onClick={() => setEditing(r)}
            >
              Change
            </Button>
            <Button
              kind="quiet"
              label={`Retire ${r.name}`}
              why={why ?? (users(r) ? 'Give those who have it another role first.' : undefined)}
              onClick={() => setLeaving(r)}
            >
              Retire
            </Button>
          </>
        ),
    },
  ];

  return (
    <Page
      title="Roles"
      above={{ href: to.members(), label: 'Members' }}
      actions={
        <Button kind="main" why={why} onClick={() => setEditing('new')}>
          New role
        </Button>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading roles" />
      ) : (
        <Panel>
          <DataTable label="Roles" rows={list.data.items} columns={columns} />
        </Panel>
      )}
      {editing && (
        <RoleDialog
          of={editing === 'new' ? undefined : editing}
          permissions={all}
          onClose={() => setEditing(undefined)}
          done={() => {
            setEditing(undefined);
            list.reload();
          }}
        />
      )}
      {leaving && (
        <Confirm
          title={`Retire ${leaving.name}?`}
          text="It is offered no more. What was done with it stays in the audit log."
          action="Retire"
          busy={busy}
          onYes={() => void retire(leaving)}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </Page>
  );
}
