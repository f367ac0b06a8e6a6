/* Which calls' reports to take along: stands above the list while one chooses. */
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { Button } from '../../ui/button';
import { plural } from '../../ui/format';
import { everyMatch } from '../calls/every-match';
import { save } from './save';
import './reports.css';

const mostReports = 500;

export function BatchBar({
  chosen,
  all,
  asked,
  set,
  onClose,
}: {
  chosen: Set<string>;
  all: string[];
  /** The filter of the list. */
  asked: Record<string, string>;
  set: (ids: Set<string>) => void;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const many = chosen.size > mostReports;
  const get = async (format: 'pdf' | 'md') => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await save('/call-reports', { calls: [...chosen], format });
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e.message : String(e));
    }
    setBusy(false);
  };
  const match = async () => {
    setError('');
    try {
      set(new Set(await everyMatch(asked, mostReports)));
    } catch (e) {
      setError(e instanceof ApiError ? e.message : String(e));
    }
  };
  const why = !chosen.size
    ? 'Choose calls first.'
    : many
      ? `At most ${mostReports} reports at a time.`
      : undefined;
  return (
    <section class="panel batch-bar" aria-label="Reports of several calls">
      <p aria-live="polite">
        {busy
          ? `Writing ${plural(chosen.size, 'report')}…`
          : chosen.size
            ? `${plural(chosen.size, 'call')} chosen.`
            : 'Choose the calls whose reports you want.'}
      </p>
      {error && (
        <p class="bad-ink" role="alert">
          {error}
        </p>
      )}
      <div class="actions">
        <Button onClick={() => set(new Set(all))}>All on this page</Button>
        <Button onClick={() => void match()}>All that match, up to {mostReports}</Button>
        <Button kind="main" why={why} busy={busy} onClick={() => void get('pdf')}>
          Save as PDFs
        </Button>
        <Button why={why} busy={busy} onClick={() => void get('md')}>
          As Markdown
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </section>
  );
}
