/* A report in the form one wants: says that it is being written, and why if it cannot be. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import { toast } from '../../ui/toast';
import { save } from './save';

export interface ReportForm {
  label: string;
  path: string;
}

export function ReportMenu({
  label = 'Report',
  forms,
  more,
}: {
  label?: string;
  forms: ReportForm[];
  /** Another entry that opens something. */
  more?: { label: string; open: () => void } | undefined;
}) {
  const [busy, setBusy] = useState(false);
  const get = async (form: ReportForm) => {
    if (busy) return;
    setBusy(true);
    try {
      await save(form.path);
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
  };
  return (
    <Popover
      class="button plain"
      align="end"
      label={
        <>
          {busy ? 'Writing…' : label}
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <div class="choices">
          {forms.map((form) => (
            <button
              type="button"
              key={form.label}
              onClick={() => {
                close();
                void get(form);
              }}
            >
              {form.label}
            </button>
          ))}
          {more && (
            <button
              type="button"
              onClick={() => {
                close();
                more.open();
              }}
            >
              {more.label}
            </button>
          )}
        </div>
      )}
    </Popover>
  );
}

export const callForms = (id: string): ReportForm[] => [
  { label: 'PDF', path: `/calls/${id}/report.pdf` },
  { label: 'Markdown', path: `/calls/${id}/report.md` },
];
