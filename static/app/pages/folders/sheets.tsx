/* The sheets that lie in a drop folder: how much of them can be used, and which rows are wrong. */
import type { DropFolderFull } from '../../api/types';
import { count } from '../../ui/format';

type Sheet = NonNullable<NonNullable<DropFolderFull['look']>['sheets']>[number];

function sentence(s: Sheet): string {
  if (!s.read) return 'is read once it lies still; its recordings wait.';
  if (s.problem) return `cannot be used: ${s.problem}`;
  const rows = `${count(s.rows)} ${s.rows === 1 ? 'row' : 'rows'}`;
  if (!s.wrong) return `${rows}, all can be read.`;
  return `${rows}, ${count(s.wrong)} wrong: their recordings wait until the sheet is corrected.`;
}

export function Sheets({ sheets }: { sheets: Sheet[] }) {
  if (!sheets.length) return null;
  return (
    <ul class="polls" aria-label="Sheets">
      {sheets.map((s) => (
        <li key={s.name}>
          <span class="file-name">{s.name}</span>{' '}
          <span class={s.problem || s.wrong ? 'bad-ink' : 'note'}>{sentence(s)}</span>
          {s.faults.length > 0 && (
            <ul class="faults">
              {s.faults.map((f) => (
                <li key={f.row}>
                  Row {f.row}, <span class="file-name">{f.file}</span>: {f.why}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
