/* A CSV or XLSX file that says what each recording is: its columns matched, and what comes of it. */
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Panel } from '../../ui/page';
import type { Entry } from './entries';
import { saidOf } from './names-panel';
import { fields, keyOf, readSheet, type Columns, type Field, type Rows, type Sheet } from './sheet';
import type { DateOrder } from './when';

export interface Matched {
  sheet: Sheet;
  columns: Columns;
  order: DateOrder | '';
}

const labels: Record<Field, string> = {
  file: 'File name',
  agent: 'Agent',
  started_at: 'Date, or date and time',
  time: 'Time, where it stands apart',
  direction: 'Direction',
  number: 'Number',
};

const orders = [
  { value: '', label: 'As the column suggests' },
  { value: 'ymd', label: 'Year first: 2026-11-21' },
  { value: 'dmy', label: 'Day first: 21/11/2026' },
  { value: 'mdy', label: 'Month first: 11/21/2026' },
];

export function SheetPanel({
  matched,
  set,
  take,
  rows,
  entries,
  zone,
}: {
  matched: Matched | null;
  set: (matched: Matched | null) => void;
  take: (sheet: Sheet) => void;
  rows: Rows | null;
  entries: Entry[];
  zone: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState('');
  const read = async (file: File | undefined) => {
    setError('');
    if (!file) return;
    try {
      take(await readSheet(file));
    } catch (e) {
      setError((e as Error).message);
    }
  };
  return (
    <Panel
      title="From a sheet"
      side={matched && <Button onClick={() => set(null)}>Leave it out</Button>}
    >
      <div class="form part">
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.xlsx"
          hidden
          aria-label="Sheet"
          onChange={(event) => {
            void read(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        {!matched ? (
          <>
            <Button onClick={() => input.current?.click()}>Choose a CSV or XLSX file</Button>
            <p class="field-help">
              One row a recording, with its file name and whose it is. CSV up to 5 MB, XLSX up to
              500 KB, 10,000 rows. It is read here and not sent anywhere.
            </p>
          </>
        ) : (
          <Matching matched={matched} set={set} rows={rows} entries={entries} zone={zone} />
        )}
      </div>
    </Panel>
  );
}

function Matching({
  matched: m,
  set,
  rows,
  entries,
  zone,
}: {
  matched: Matched;
  set: (matched: Matched) => void;
  rows: Rows | null;
  entries: Entry[];
  zone: string;
}) {
  const choices = [
    { value: '-1', label: 'None' },
    ...m.sheet.columns.map((c, n) => ({ value: String(n), label: c || `Column ${n + 1}` })),
  ];
  const listed = new Set(entries.map((e) => keyOf(e.path)));
  const keys = [...(rows?.keys() ?? [])];
  const fit = keys.filter((k) => listed.has(k));
  const wrong = [...(rows ?? [])].filter(([, r]) => r.wrong);
  return (
    <>
      <p>
        {m.sheet.name}: {plural(m.sheet.rows.length, 'row')}.{' '}
        {m.columns.file < 0
          ? 'Say which column has the file names.'
          : `${plural(fit.length, 'row fits', 'rows fit')} a file on the list.`}
      </p>
      {fields.map((field) => (
        <SelectField
          key={field}
          label={labels[field]}
          name={`column-${field}`}
          required={field === 'file'}
          value={String(m.columns[field])}
          choices={choices}
          onChange={(at) => set({ ...m, columns: { ...m.columns, [field]: Number(at) } })}
        />
      ))}
      <SelectField
        label="Dates are written"
        name="order"
        value={m.order}
        required
        choices={orders}
        onChange={(order) => set({ ...m, order: order as DateOrder | '' })}
      />
      <ul class="preview" aria-label="What the sheet tells">
        {[...fit, ...keys.filter((k) => !listed.has(k))].slice(0, 3).map((k) => (
          <li key={k}>
            <code>{k}</code>
            <span>{saidOf(rows?.get(k) ?? {}, zone)}</span>
          </li>
        ))}
        {wrong.slice(0, 3).map(([k, r]) => (
          <li key={`wrong ${k}`} class="warn-ink">
            <code>{k}</code>
            <span>{r.wrong}</span>
          </li>
        ))}
      </ul>
      {wrong.length > 3 && (
        <p class="warn-ink">{plural(wrong.length, 'row')} cannot be read whole.</p>
      )}
    </>
  );
}
