/* A plain table of rows that lead somewhere. The server sorts, filters and pages; on a phone each
 * row becomes two lines: what leads (and its state at the end), then the notes. */
import type { ComponentChildren } from 'preact';
import { Icon } from './icon';

export interface Column<T> {
  key: string;
  label: string;
  show: (row: T) => ComponentChildren;
  class?: string;
  /** Where the cell stands on a phone: "lead", "more" and "end" share the first line, notes follow
   * on the second, "off" is left out and "only" is shown nowhere else. A note without. */
  phone?: 'lead' | 'more' | 'end' | 'off' | 'only';
}

const look = (c: { class?: string; phone?: string }) =>
  `p-${c.phone ?? 'note'}${c.class ? ` ${c.class}` : ''}`;

export function DataTable<T extends { id: string }>({
  label,
  rows,
  columns,
  href,
}: {
  label: string;
  rows: T[];
  columns: Column<T>[];
  href?: (row: T) => string;
}) {
  return (
    <table class="table">
      <caption class="away">{label}</caption>
      <thead>
        <tr>
          {columns.map((c) => (
            <th key={c.key} scope="col" class={look(c)}>
              {c.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} class={href ? 'leads' : ''}>
            {columns.map((c, n) => (
              <td key={c.key} class={look(c)}>
                {n === 0 && href ? (
                  <a class="row-link" href={href(row)}>
                    {c.show(row)}
                  </a>
                ) : (
                  c.show(row)
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Keyset paging: newer and older, whichever exist. */
export function Pager({
  newer,
  older,
  note,
}: {
  newer: (() => void) | undefined;
  older: (() => void) | undefined;
  note?: ComponentChildren;
}) {
  if (!newer && !older) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" class="button plain" disabled={!newer} onClick={newer}>
        <Icon name="left" />
        Newer
      </button>
      {note && <span>{note}</span>}
      <button type="button" class="button plain" disabled={!older} onClick={older}>
        Older
        <Icon name="right" />
      </button>
    </nav>
  );
}
