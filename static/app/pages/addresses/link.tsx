/* What the links of a change of address lead to: confirming it, or "this was not me". Nothing happens by opening one. */
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api, type Reply } from '../../api/client';
import { loadSession } from '../../api/session';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Loading } from '../../ui/states';
import { Alone } from '../sessions/alone';
import { useToken } from '../sessions/token';

type Outcome = Reply<'POST /address-change/confirm'>['state'] | 'stopped';

const outcomes: Record<Outcome, string> = {
  waiting:
    'This address has confirmed. The other one has to confirm too: until then nothing changes.',
  done: 'Both have confirmed: from now on you sign in with the new address.',
  taken: 'Another account has this address meanwhile, so nothing was changed.',
  stopped:
    'Nothing is changed, and every other device is signed out. Whoever asked knew your password: choose a new one.',
};

export default function AddressLink() {
  const { path } = useLocation();
  const token = useToken();
  const stopping = path === '/address-stop';
  const [found, setFound] = useState<Reply<'POST /address-change/look'>>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setFound(undefined);
    setError(undefined);
    setOutcome(undefined);
    api('POST /address-change/look', { body: { token } }).then(setFound, setError);
  }, [token]);

  const act = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      if (stopping) {
        await api('POST /address-change/stop', { body: { token } });
        setOutcome('stopped');
      } else setOutcome((await api('POST /address-change/confirm', { body: { token } })).state);
      await loadSession().catch(() => undefined);
    } catch (e) {
      setError(e instanceof ApiError ? e : new Error(String(e)));
    }
    setBusy(false);
  };
  return (
    <Alone title={stopping ? 'Stop the change of address' : 'Change of address'}>
      {error && (
        <p class="form-error" role="alert">
          {error.message}
        </p>
      )}
      {!found && !error && <Loading rows={2} label="Loading what is to be confirmed" />}
      {outcome && <p role="status">{outcomes[outcome]}</p>}
      {outcome === 'stopped' && (
        <LinkButton kind="main" href={to.forgot()}>
          Choose a new password
        </LinkButton>
      )}
      {found && !outcome && (
        <>
          <p>
            The account of {found.name} is to have the address <strong>{found.email}</strong>.
          </p>
          {!stopping && (
            <p class="note">
              {found.other_confirmed
                ? 'The other address has confirmed already: with yours the change is done.'
                : 'The other address has not confirmed yet.'}
            </p>
          )}
          <Button kind={stopping ? 'danger' : 'main'} busy={busy} onClick={() => void act()}>
            {stopping ? 'This was not me: stop it' : 'Confirm'}
          </Button>
        </>
      )}
      <p>
        <a href={to.calls()}>Go to Ringsight</a>
      </p>
    </Alone>
  );
}
