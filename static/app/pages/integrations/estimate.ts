/* What past calls would cost to write down, before they are fetched. Pure. */
import type { SpeechEngine } from '../../api/types';
import { money } from '../../ui/format';

type Priced = Pick<SpeechEngine, 'name' | 'state' | 'prices'>;

/** By the engine that is tried first, at its price of today (2026-11-21); none connected: the offline one. */
export function estimate(seconds: number, engines: Priced[], today: string): string {
  const first = engines.find((e) => e.state === 'active');
  if (!first) return 'written down by the offline engine at no price';
  const now = first.prices.find((p) => p.valid_from <= today);
  if (!now) return `${first.name} has no price yet to reckon with`;
  return `about ${money(Math.round((seconds * now.micro_per_minute) / 60), now.currency)} with ${first.name}`;
}
