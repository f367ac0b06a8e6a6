/* A tab that reads one list: loading, refusals, nothing there, the table. */
import type { ComponentChildren } from 'preact';
import type { Loaded } from '../../api/use-api';
import { usePoll } from '../../api/use-poll';
import { count } from '../../ui/format';
import { Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';

interface Answer<T> {
  items: T[];
  next?: string | null;
}

/** A number; on a phone, where there is no head, with what it is. */
export const Counted = ({ label, n }: { label: string; n: number }) => (
  <>
    {count(n)}
    <span class="on-phone"> {label.toLowerCase()}</span>
  </>
);

export function List<T>({
  label,
  of,
  idOf,
  columns,
  empty,
}: {
  label: string;
  of: Loaded<Answer<T>>;
  idOf: (row: T) => string;
  columns: Column<T & { id: string }>[];
  empty: ComponentChildren;
}) {
  usePoll(3000, of.reload);
  const paging = usePaging(of.data?.next);
  if (of.error) return <Failed error={of.error} retry={of.reload} />;
  if (!of.data) return <Loading />;
  return (
    <>
      {of.data.items.length ? (
        <Panel class={`reins ${of.stale ? 'stale' : ''}`}>
          <DataTable
            label={label}
            rows={of.data.items.map((row) => ({ ...row, id: idOf(row) }))}
            columns={columns}
          />
        </Panel>
      ) : (
        <Empty>{empty}</Empty>
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </>
  );
}
