/* What a minute costs, from which day on. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { SpeechEngine } from '../../api/types';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { toast } from '../../ui/toast';

export function Prices({
  engine: e,
  why,
  act,
}: {
  engine: SpeechEngine;
  why: string | undefined;
  act: (work: () => Promise<unknown>) => Promise<void>;
}) {
  const [from, setFrom] = useState(new Date().toISOString().slice(0, 10));
  const [price, setPrice] = useState('');
  const [currency, setCurrency] = useState(e.prices[0]?.currency ?? 'USD');
  const [error, setError] = useState<ApiError>();

  const add = async () => {
    setError(undefined);
    const micro = Math.round(Number(price.replace(',', '.')) * 1_000_000);
    try {
      await api('POST /speech-engines/{}/prices', {
        at: [e.id],
        body: { valid_from: from, micro_per_minute: micro, currency: currency.toUpperCase() },
      });
      setPrice('');
      await act(() => Promise.resolve());
    } catch (problem) {
      if (problem instanceof ApiError && Object.keys(problem.fields).length) setError(problem);
      else toast((problem as Error).message, true);
    }
  };

  return (
    <div class="prices">
      <ul>
        {e.prices.map((p) => (
          <li key={p.id}>
            {p.micro_per_minute / 1_000_000} {p.currency} a minute from {p.valid_from}{' '}
            <button
              type="button"
              class="chip"
              disabled={Boolean(why)}
              onClick={() => void act(() => api('DELETE /speech-prices/{}', { at: [p.id] }))}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) void add();
        }}
      >
        <TextField
          label="From"
          name="valid_from"
          type="date"
          value={from}
          onChange={setFrom}
          required
          error={error?.fields.valid_from}
        />
        <TextField
          label="A minute costs"
          name="micro_per_minute"
          value={price}
          onChange={setPrice}
          required
          placeholder="0.006"
          error={error?.fields.micro_per_minute}
        />
        <TextField
          label="Currency"
          name="currency"
          value={currency}
          onChange={setCurrency}
          required
          error={error?.fields.currency}
        />
        <Button type="submit" why={why}>
          Add
        </Button>
      </form>
    </div>
  );
}
