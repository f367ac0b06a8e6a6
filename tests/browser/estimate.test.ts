/* What past calls would cost, without a page: the same code that runs in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimate } from '../../static/app/pages/integrations/estimate';

test('past calls are reckoned by the engine that is tried first, at its price of today', () => {
  const prices = [
    { id: 'c', valid_from: '2027-01-01', micro_per_minute: 9_000_000, currency: 'EUR' },
    { id: 'b', valid_from: '2026-11-01', micro_per_minute: 4_300, currency: 'USD' },
    { id: 'a', valid_from: '2026-01-01', micro_per_minute: 9_000_000, currency: 'EUR' },
  ];
  const off = { name: 'Off', state: 'off', prices }, on = { name: 'Far', state: 'active', prices };
  assert.equal(estimate(60_000, [off, on], '2026-11-27'), 'about 4.30 USD with Far');
  assert.equal(estimate(90, [on, off], '2026-11-27'), 'about 0.00645 USD with Far');
  assert.match(estimate(60, [on], '2025-12-31'), /Far has no price yet/);
  assert.match(estimate(60, [off], '2026-11-27'), /offline engine/);
});
