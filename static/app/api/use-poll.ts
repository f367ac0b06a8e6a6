/* Looks again every so often, only while the page is visible; at once when it becomes so. */
import { useEffect, useRef } from 'preact/hooks';

export function usePoll(ms: number, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const run = () => {
      if (!document.hidden) latest.current();
    };
    const timer = window.setInterval(run, ms);
    document.addEventListener('visibilitychange', run);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', run);
    };
  }, [ms]);
}
