/* One language engine of the list: what it is, how it is, its last test, its prices, and what can be
 * done. */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { zone } from '../../api/session';
import type { LanguageEngine, LanguageKind } from '../../api/types';
import { Button } from '../../ui/button';
import { whenOf } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { ModelPrices } from './model-prices';

interface Props {
  engine: LanguageEngine;
  kind: LanguageKind | undefined;
  why: string | undefined;
  up: (() => void) | undefined;
  down: (() => void) | undefined;
  edit: () => void;
  remove: () => void;
  act: (work: () => Promise<unknown>) => Promise<void>;
}

export function ModelRow({ engine: e, kind, why, up, down, edit, remove, act }: Props) {
  const [waiting, wait] = useState(false);
  const [prices, showPrices] = useState(false);
  useEffect(() => wait(false), [e.test?.at]);
  const facts = [
    kind?.title ?? e.kind,
    e.model || kind?.models[0],
    e.base_url && new URL(e.base_url).host,
    e.context_tokens > 0 && `${e.context_tokens} tokens at a time`,
  ].filter(Boolean);
  const test = () => {
    wait(true);
    void act(() => api('POST /language-engines/{}/test', { at: [e.id] }));
  };
  const toggle = () =>
    void act(() =>
      api('PATCH /language-engines/{}', {
        at: [e.id],
        version: e.version,
        body: { state: e.state === 'off' ? 'active' : 'off' },
      }),
    );

  return (
    <li class={`engine ${e.state === 'off' ? 'is-off' : ''}`}>
      <div class="engine-line">
        <div class="engine-name">
          <strong>{e.name}</strong> <span class="note">{facts.join(' · ')}</span>{' '}
          {e.state === 'off' && <em>switched off</em>}
        </div>
        <div class="actions">
          <Button why={why} busy={waiting} label={`Test ${e.name}`} onClick={test}>
            {waiting ? 'Testing' : 'Test'}
          </Button>
          <Button why={why} label={`Edit ${e.name}`} onClick={edit}>
            Edit
          </Button>
          <Button why={why} onClick={toggle}>
            {e.state === 'off' ? 'Switch on' : 'Switch off'}
          </Button>
          {up && (
            <Button kind="quiet" why={why} label={`Ask ${e.name} earlier`} onClick={up}>
              <span aria-hidden="true">↑</span>
            </Button>
          )}
          {down && (
            <Button kind="quiet" why={why} label={`Ask ${e.name} later`} onClick={down}>
              <span aria-hidden="true">↓</span>
            </Button>
          )}
          <Button kind="quiet" why={why} label={`Remove ${e.name}`} onClick={remove}>
            <Icon name="close" />
          </Button>
        </div>
      </div>
      {e.state === 'attention' && (
        <p class="bad-ink" role="status">
          {e.state_reason} Until then the next engine is asked.
        </p>
      )}
      {e.closed_until && (
        <p class="warn-ink" role="status">
          {e.failures >= 5
            ? `It failed ${e.failures} times in a row and is passed over`
            : 'It asked to be left alone'}{' '}
          until {whenOf(e.closed_until, zone.value)}.
        </p>
      )}
      {e.test && (
        <p class="engine-test" role="status">
          <span class={e.test.ok ? 'good-ink' : 'bad-ink'}>{e.test.sentence}</span>{' '}
          {e.test.answer && <q>{e.test.answer}</q>}{' '}
          <span class="note">
            {[
              `${(e.test.took_ms / 1000).toFixed(1)} s`,
              e.test.model,
              e.test.in_tokens > 0 && `${e.test.in_tokens} + ${e.test.out_tokens} tokens`,
              `tested ${whenOf(e.test.at, zone.value)}`,
            ]
              .filter(Boolean)
              .join(', ')}
          </span>
        </p>
      )}
      <button type="button" class="chip" aria-expanded={prices} onClick={() => showPrices(!prices)}>
        {priceNow(e)}
      </button>
      {prices && <ModelPrices engine={e} why={why} act={act} />}
    </li>
  );
}

/** The price that holds today, in words. */
function priceNow(e: LanguageEngine): string {
  const today = new Date().toISOString().slice(0, 10);
  const now = e.prices.find((p) => p.valid_from <= today);
  return now
    ? `${now.micro_in / 1_000_000} in, ${now.micro_out / 1_000_000} out ${now.currency} a million tokens`
    : 'No price: costs are not reckoned, and with a spending cap it is not asked';
}
