/* The secret of a link: behind #, read when it is needed and kept nowhere else. */
import { useEffect, useState } from 'preact/hooks';

export const tokenOf = (): string => window.location.hash.slice(1);

/** The same, told when another link is opened in this window. */
export function useToken(): string {
  const [token, setToken] = useState(tokenOf());
  useEffect(() => {
    const changed = () => setToken(tokenOf());
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return token;
}
