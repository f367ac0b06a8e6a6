/* One's own mail address: what it is, a change that waits to be confirmed, asking for one. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { session, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { Refused, useRefusal } from '../factors/set-up';

export function AddressPanel() {
  const state = useApi('GET /address-change', {}, true);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const title = 'E-mail address';
  if (state.error)
    return (
      <Panel title={title}>
        <Failed error={state.error} retry={state.reload} />
      </Panel>
    );
  if (!state.data)
    return (
      <Panel title={title}>
        <Loading rows={2} label="Loading your address" />
      </Panel>
    );
  const { refused, pending } = state.data;
  const withdraw = async () => {
    setBusy(true);
    try {
      await api('DELETE /address-change');
      toast('Withdrawn: your address stays as it is.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
    state.reload();
  };
  return (
    <Panel
      title={title}
      side={
        <Button kind="quiet" why={refused ?? undefined} onClick={() => setAsking(true)}>
          Change
        </Button>
      }
    >
      <div class="part form">
        <p>
          You sign in as <strong>{session.value?.user.email}</strong>.
        </p>
        {pending && (
          <>
            <p role="status">
              It becomes <strong>{pending.email}</strong> once both addresses have confirmed by the
              links in their mails, until {whenOf(pending.expires_at, zone.value)}.
            </p>
            <p class="note">
              Old address: {pending.old_confirmed ? 'confirmed' : 'not yet'}. New address:{' '}
              {pending.new_confirmed ? 'confirmed' : 'not yet'}.
            </p>
            <div class="actions">
              <Button busy={busy} onClick={() => void withdraw()}>
                Withdraw
              </Button>
            </div>
          </>
        )}
      </div>
      {asking && (
        <AskDialog
          onClose={() => setAsking(false)}
          done={() => {
            setAsking(false);
            state.reload();
          }}
        />
      )}
    </Panel>
  );
}

function AskDialog({ onClose, done }: { onClose: () => void; done: () => void }) {
  const factor = useApi('GET /second-factor');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { refused, busy, attempt } = useRefusal();
  const ask = () =>
    attempt(async () => {
      await api('POST /address-change', { body: { email, password, ...(code ? { code } : {}) } });
      toast('Two mails are on their way.');
      done();
    });
  return (
    <Dialog title="Change your address" onClose={onClose}>
      <form
        class="part form"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <p>
          A link goes to your present address and one to the new one. Nothing changes until both are
          confirmed.
        </p>
        <Refused by={refused} />
        <TextField
          label="New address"
          name="email"
          type="email"
          required
          focus
          value={email}
          onChange={setEmail}
          autocomplete="off"
          error={refused.email}
        />
        <TextField
          label="Your password"
          name="password"
          type="password"
          required
          value={password}
          onChange={setPassword}
          autocomplete="current-password"
          error={refused.password}
        />
        {factor.data?.since && (
          <TextField
            label="Code of the app"
            name="code"
            required
            value={code}
            onChange={setCode}
            autocomplete="one-time-code"
            inputmode="numeric"
            error={refused.code}
          />
        )}
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit" busy={busy}>
            Send the links
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
