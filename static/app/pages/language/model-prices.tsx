/* What a million tokens cost, from which day on. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { LanguageEngine } from '../../api/types';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { microOf } from '../../ui/format';
import { toast } from '../../ui/toast';

export function ModelPrices({
  engine: e,
  why,
  act,
}: {
  engine: LanguageEngine;
  why: string | undefined;
  act: (work: () => Promise<unknown>) => Promise<void>;
}) {
  const [values, set] = useState({
    valid_from: new Date().toISOString().slice(0, 10),
    micro_in: '',
    micro_out: '',
    currency: e.prices[0]?.currency ?? 'USD',
  });
  const [error, setError] = useState<ApiError>();
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    error: error?.fields[name],
    required: true,
    onChange: (value: string) => set({ ...values, [name]: value }),
  });

  const add = async () => {
    setError(undefined);
    try {
      await api('POST /language-engines/{}/prices', {
        at: [e.id],
        body: {
          valid_from: values.valid_from,
          micro_in: microOf(values.micro_in),
          micro_out: microOf(values.micro_out),
          currency: values.currency.toUpperCase(),
        },
      });
      set({ ...values, micro_in: '', micro_out: '' });
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
            {p.micro_in / 1_000_000} in, {p.micro_out / 1_000_000} out {p.currency} from{' '}
            {p.valid_from}{' '}
            <button
              type="button"
              class="chip"
              disabled={Boolean(why)}
              onClick={() => void act(() => api('DELETE /language-prices/{}', { at: [p.id] }))}
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
        <TextField label="From" type="date" {...field('valid_from')} />
        <TextField label="A million tokens in" placeholder="0.15" {...field('micro_in')} />
        <TextField label="A million tokens out" placeholder="0.60" {...field('micro_out')} />
        <TextField label="Currency" {...field('currency')} />
        <Button type="submit" why={why}>
          Add
        </Button>
      </form>
    </div>
  );
}
