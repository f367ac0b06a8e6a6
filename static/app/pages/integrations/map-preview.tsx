/* Trying a field map on the last delivery while it is being made. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { zone } from '../../api/session';
import type { MapPreview } from '../../api/types';
import { to } from '../../routes';
import { plural, whenOf } from '../../ui/format';

/** Tries the draft a moment after the last key, and forgets answers that come too late. */
export function usePreview(id: string, map: object) {
  const [state, setState] = useState<{ data?: MapPreview; why?: string }>({});
  const turn = useRef(0);
  const text = JSON.stringify(map);
  useEffect(() => {
    const mine = ++turn.current;
    const timer = window.setTimeout(() => {
      api('POST /integrations/{}/map/preview', { at: [id], body: { map: JSON.parse(text) } }).then(
        (data) => mine === turn.current && setState({ data }),
        (e: unknown) => mine === turn.current && setState({ why: (e as Error).message }),
      );
    }, 350);
    return () => window.clearTimeout(timer);
  }, [id, text]);
  return state;
}

export function Verdict({
  data,
  why,
}: {
  data?: MapPreview | undefined;
  why?: string | undefined;
}) {
  if (why) return <p class="panel-note warn-ink">{why}</p>;
  if (!data) return <p class="panel-note">Trying the map …</p>;
  const calls = data.result.calls;
  const trouble = data.result.why ?? calls.find((c) => c.why)?.why ?? '';
  const left = calls.filter((c) => c.left_out).length;
  return (
    <p class={`panel-note ${trouble ? 'bad-ink' : ''}`} role="status">
      On the{' '}
      <a href={to.delivery(data.delivery_id)}>delivery of {whenOf(data.received_at, zone.value)}</a>
      :{' '}
      {trouble ||
        `${plural(calls.length - left, 'record')}, ${plural(data.result.events, 'event')} read`}
      {left > 0 && `, ${left} not let in`}.
    </p>
  );
}
