/* One engine of the list: what it is, how it is, its last test, its prices, and what can be done. */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { zone } from '../../api/session';
import type { SpeechEngine, SpeechKind } from '../../api/types';
import { Button } from '../../ui/button';
import { whenOf } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { Prices } from './prices';

interface Props {
  engine: SpeechEngine;
  kind: SpeechKind | undefined;
  why: string | undefined;
  up: (() => void) | undefined;
  down: (() => void) | undefined;
  edit: () => void;
  remove: () => void;
  act: (work: () => Promise<unknown>) => Promise<void>;
}

export function EngineRow({ engine: e, kind, why, up, down, edit, remove, act }: Props) {
  const [waiting, wait] = useState(false);
  const [prices, showPrices] = useState(false);
  useEffect(() => wait(false), [e.test?.at]);
  const facts = [
    kind?.title ?? e.kind,
    e.model || kind?.models[0],
    kind?.takes_language && (e.language || 'language found out'),
    e.base_url && new URL(e.base_url).host,
  ].filter(Boolean);
  const test = () => {
    wait(true);
    void act(() => api('POST /speech-engines/{}/test', { at: [e.id] }));
  };
  const toggle = () =>
    void act(() =>
      api('PATCH /speech-engines/{}', {
        at: [e.id],
        version: e.version,
        body: { state: e.state === 'off' ? 'active' : 'off' },
      }),
    );

  return (
    <li class={`engine ${e.state === 'off' ? 'is-off' : ''}`}>
      <div class="engine-line">
        <div class="engine-name">
          <strong>{e.name}</strong> <span class="note">{facts.join(' · ')}</span>
          {e.state === 'off' && <em>switched off</em>}
        </div>
        <div class="actions">
          <Button why={why} busy={waiting} onClick={test}>
            {waiting ? 'Testing' : 'Test'}
          </Button>
          <Button why={why} onClick={edit}>
            Edit
          </Button>
          <Button why={why} onClick={toggle}>
            {e.state === 'off' ? 'Switch on' : 'Switch off'}
          </Button>
          {up && (
            <Button kind="quiet" why={why} label={`Try ${e.name} earlier`} onClick={up}>
              <span aria-hidden="true">↑</span>
            </Button>
          )}
          {down && (
            <Button kind="quiet" why={why} label={`Try ${e.name} later`} onClick={down}>
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
          {e.state_reason} Calls go to the next engine, or wait here.
        </p>
      )}
      {e.kind === 'pocketsphinx' && <p class="note">{kind?.notice}</p>}
      {e.test && (
        <p class="engine-test" role="status">
          <span class={e.test.ok ? 'good-ink' : 'bad-ink'}>{e.test.sentence}</span>{' '}
          {e.test.words && <q>{e.test.words}</q>}{' '}
          <span class="note">
            {(e.test.took_ms / 1000).toFixed(1)} s, tested {whenOf(e.test.at, zone.value)}
          </span>
        </p>
      )}
      {kind?.default_url && (
        <button
          type="button"
          class="chip"
          aria-expanded={prices}
          onClick={() => showPrices(!prices)}
        >
          {priceNow(e)}
        </button>
      )}
      {prices && <Prices engine={e} why={why} act={act} />}
    </li>
  );
}

/** The price that holds today, in words. */
function priceNow(e: SpeechEngine): string {
  const today = new Date().toISOString().slice(0, 10);
  const now = e.prices.find((p) => p.valid_from <= today);
  return now
    ? `${now.micro_per_minute / 1_000_000} ${now.currency} a minute`
    : 'No price: costs are not reckoned';
}
