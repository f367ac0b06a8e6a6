/* On the sign-in page: the button of the provider that a host or an address's domain has, and the way back from it. */
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api, type Reply } from '../../api/client';
import { loadSession } from '../../api/session';
import { Button } from '../../ui/button';

type Offer = Reply<'GET /oidc/offer'>;

/** The provider of the address typed so far, asked for once its domain stands. */
function useOffer(email: string): Offer | undefined {
  const [offer, setOffer] = useState<Offer>();
  const domain = /@([^@\s]+\.[^@\s.]{2,})$/.exec(email.trim())?.[1]?.toLowerCase() ?? '';
  useEffect(() => {
    const stop = new AbortController();
    const timer = window.setTimeout(
      () => {
        api('GET /oidc/offer', {
          query: domain ? { email: `any@${domain}` } : {},
          signal: stop.signal,
        }).then(setOffer, () => undefined);
      },
      domain ? 300 : 0,
    );
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [domain]);
  return offer?.tenant ? offer : undefined;
}

export function ProviderButton({ email }: { email: string }) {
  const { query } = useLocation();
  const offer = useOffer(email);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  if (!offer) return null;
  const begin = async () => {
    setBusy(true);
    setError('');
    try {
      const { url } = await api('POST /oidc/start', {
        body: { tenant: offer.tenant!, ...(query.next ? { next: query.next } : {}) },
      });
      window.location.assign(url);
    } catch (e) {
      setError((e as ApiError).message);
      setBusy(false);
    }
  };
  return (
    <>
      <Button busy={busy} onClick={() => void begin()}>
        Sign in with {offer.name}
      </Button>
      {error && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
    </>
  );
}

/** Back from the provider: asks until the sign-in is done, then goes on; or says why not. */
export function ProviderReturn() {
  const { query, route } = useLocation();
  const [error, setError] = useState('');
  const how = query.oidc;
  useEffect(() => {
    if (how !== 'back') {
      if (how) setError('The sign-in was begun in another browser, or too long ago: start again.');
      return;
    }
    let over = false;
    const ask = async () => {
      for (let wait = 150; !over; wait = Math.min(wait * 1.5, 1500)) {
        try {
          const now = await api('POST /oidc/finish');
          if (over) return;
          if (now.state === 'failed') return setError(now.reason ?? 'The sign-in failed.');
          if (now.state === 'done') {
            await loadSession();
            return route(now.next && /^\/(?![/\\])/.test(now.next) ? now.next : '/', true);
          }
        } catch (e) {
          return setError((e as Error).message);
        }
        await new Promise((go) => window.setTimeout(go, wait));
      }
    };
    void ask();
    return () => {
      over = true;
    };
  }, [how]);
  if (error)
    return (
      <p class="form-error" role="alert">
        {error}
      </p>
    );
  return how === 'back' ? (
    <p class="hint" role="status">
      The provider has answered. Signing you in.
    </p>
  ) : null;
}
