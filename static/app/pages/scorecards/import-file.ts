/* A card from a file that somebody picked. Spreadsheets are read here, in the browser, and sent as
 * the table they hold. */
import { api } from '../../api/client';

export const accepted = '.json,.yaml,.yml,.csv,.xlsx';

export async function importFile(file: File, name?: string): Promise<string> {
  const ending = file.name.toLowerCase().split('.').pop() ?? '';
  const format = ending === 'xlsx' ? 'csv' : ending === 'yml' ? 'yaml' : ending;
  if (format !== 'csv' && format !== 'yaml' && format !== 'json')
    throw new Error('Choose a file in JSON, YAML, CSV or XLSX.');
  const text = ending === 'xlsx' ? await sheetAsCsv(file) : await file.text();
  const { id } = await api('POST /scorecard-imports', {
    body: { format, text, ...(name ? { name } : {}) },
  });
  return id;
}

async function sheetAsCsv(file: File): Promise<string> {
  const { readSheet } = await import('read-excel-file/universal');
  const rows = await readSheet(file).catch(() => {
    throw new Error('This is not a spreadsheet in XLSX.');
  });
  const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  return rows.map((row) => row.map(cell).join(',')).join('\r\n');
}
