/* What stands where data would: loading, nothing there, not to be had. Each is a sentence, with
 * the next step as a button beside it. */
import type { ComponentChildren } from 'preact';
import { Button } from './button';

/** Calm bars in place of rows; silent for the first moment so that fast answers do not flicker. */
export function Loading({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div class="loading" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, n) => (
        <div class={`bone b${n % 4}`} key={n} />
      ))}
    </div>
  );
}

export function Empty({
  children,
  action,
}: {
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p>{children}</p>
      {action}
    </div>
  );
}

interface Problem {
  status: number;
  message: string;
  requestId: string;
}

export function Failed({ error, retry }: { error: Problem; retry?: () => void }) {
  const text = error.status === 404 ? 'This does not exist, or you may not see it.' : error.message;
  return (
    <div class="failed" role="alert">
      <p>
        {text}
        {error.requestId && <span class="note"> Request {error.requestId}</span>}
      </p>
      {retry && error.status !== 404 && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}
