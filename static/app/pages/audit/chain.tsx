/* Whether every entry of a log stands as it was written: read again on demand. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { Button } from '../../ui/button';
import { count, plural } from '../../ui/format';
import { toast } from '../../ui/toast';

export function Chain({ route }: { route: 'GET /audit/verify' | 'GET /platform/audit/verify' }) {
  const [state, setState] = useState<Reply<'GET /audit/verify'>>();
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      setState(await api(route));
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
  };
  return (
    <div class="audit-chain">
      <p class="note" role="status">
        {!state
          ? 'Each entry is chained to the one before, so that none can be changed or removed unseen.'
          : state.fault
            ? ''
            : `All ${plural(state.links, 'entry', 'entries')} stand as they were written${state.waiting ? `; ${count(state.waiting)} will be chained in a moment` : ''}.`}
        {state?.fault && <span class="bad-ink">{state.fault}</span>}
      </p>
      <Button busy={busy} onClick={() => void check()}>
        Check the chain
      </Button>
    </div>
  );
}
