/* What the service does by itself, and which networks it leaves alone. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { Button } from '../../ui/button';
import { AreaField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import type { Seen } from './threats';

export function Itself({
  of,
  why,
  reload,
}: {
  of: Seen;
  why: string | undefined;
  reload: () => void;
}) {
  const [automatic, setAutomatic] = useState(of.automatic);
  const [trusted, setTrusted] = useState(of.trusted.replaceAll(' ', '\n'));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api('PATCH /threats/settings', { body: { automatic, trusted }, version: of.version });
      toast('Saved.');
      reload();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  return (
    <Panel title="By itself">
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p class="note">
          A network that fails too often is blocked for a while, and owners get a mail. Never one
          from which a hook was taken, so no calls of a phone system that works are lost; nor one
          that your people worked from in the last 30 days. A phone system that has not delivered
          yet can be blocked: trust its network before you set it up. One that you unblock stays so
          for a day. Once hooks came from 2,000 networks, none is blocked by itself.
        </p>
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={automatic}
            onChange={(event) => setAutomatic(event.currentTarget.checked)}
          />{' '}
          Block networks that fail too often
        </label>
        <AreaField
          label="Trusted networks"
          name="trusted"
          value={trusted}
          onChange={setTrusted}
          rows={3}
          error={error?.fields.trusted}
          help="Addresses and networks that are never blocked so, one a line."
        />
        <div class="actions">
          <Button kind="main" type="submit" busy={busy} why={why}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}
