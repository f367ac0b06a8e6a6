/* People who were erased on request. Of whom is not known any more, but while calls of theirs are held. */
import type { Item } from '../../api/client';
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { fullTime, plural } from '../../ui/format';
import { DataTable, type Column } from '../../ui/table';

type Erasure = Item<'GET /erasures'>;

function took(e: Erasure): string {
  const parts = [
    e.calls && plural(e.calls, 'call'),
    e.recordings && plural(e.recordings, 'recording'),
    e.contacts && plural(e.contacts, 'contact'),
    e.hooks && plural(e.hooks, 'hook'),
  ].filter(Boolean);
  return parts.join(', ') || (e.done_at ? 'Nothing was found' : 'Nothing yet');
}

function state(e: Erasure): string {
  if (!e.done_at) return 'Being erased';
  if (e.held) return `${plural(e.held, 'call')} of ${e.number ?? ''} under a legal hold`;
  return e.files_waiting ? `${plural(e.files_waiting, 'file')} still to go` : 'Done';
}

export function Erasures({
  rows,
  why,
  goOn,
}: {
  rows: Erasure[];
  why: string | undefined;
  goOn: (e: Erasure) => void;
}) {
  const columns: Column<Erasure>[] = [
    { key: 'at', label: 'Asked', phone: 'end', show: (e) => fullTime(e.created_at, zone.value) },
    {
      key: 'reason',
      label: 'On which request',
      phone: 'lead',
      class: 'words',
      show: (e) => <strong>{e.reason}</strong>,
    },
    { key: 'took', label: 'Deleted', show: took },
    { key: 'state', label: 'State', phone: 'more', show: state },
    { key: 'by', label: 'By', phone: 'off', show: (e) => e.by_name },
    {
      key: 'acts',
      label: 'Change',
      show: (e) =>
        e.held > 0 && (
          <Button why={why} label={`Go on with ${e.reason}`} onClick={() => goOn(e)}>
            Go on
          </Button>
        ),
    },
  ];
  return <DataTable label="People erased" rows={rows} columns={columns} />;
}
