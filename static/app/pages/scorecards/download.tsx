/* A version of a card as a file. */
import { BASE, fill } from '../../api/client';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';

const formats = [
  { format: 'yaml', label: 'YAML' },
  { format: 'json', label: 'JSON' },
  { format: 'csv', label: 'CSV' },
  { format: 'xlsx', label: 'Excel (XLSX)' },
];

export function Download({ id }: { id: string }) {
  return (
    <Popover
      class="button plain"
      align="end"
      label={
        <>
          Download
          <Icon name="down" />
        </>
      }
    >
      {(close) =>
        formats.map((f) => (
          <a
            key={f.format}
            href={`${BASE}${fill('/scorecards/{}/file', [id])}?format=${f.format}`}
            download
            onClick={close}
          >
            {f.label}
          </a>
        ))
      }
    </Popover>
  );
}
