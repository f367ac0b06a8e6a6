/* What engines of others cost today and this month, against the caps; and setting the caps. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { Spend } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { microOf, money, plural } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

export function Spending({ why }: { why: string | undefined }) {
  const spend = useApi('GET /spend', {}, true);
  const [editing, edit] = useState(false);
  const s = spend.data;
  return (
    <Panel
      title="Spending"
      class="spending"
      side={
        s && (
          <Button why={why} onClick={() => edit(!editing)}>
            {editing ? 'Close' : 'Set caps'}
          </Button>
        )
      }
    >
      {spend.error ? (
        <Failed error={spend.error} retry={spend.reload} />
      ) : !s ? (
        <Loading rows={2} label="Loading spending" />
      ) : (
        <>
          <p class="panel-note">{sentence(s)}</p>
          {s.engines.length > 0 && <Today spend={s} />}
          {editing && (
            <Caps
              of={s}
              saved={() => {
                edit(false);
                spend.reload();
              }}
            />
          )}
        </>
      )}
    </Panel>
  );
}

const HARD =
  'Before each request its highest cost is reserved; a request that could pass a cap is not made, and the next engine is asked.';

function sentence(s: Spend): string {
  const sum = s.sums.find((x) => x.currency === s.currency) ?? s.sums[0];
  const currency = s.currency ?? sum?.currency ?? 'USD';
  const [today, month] = [
    money(sum?.today_micro ?? 0, currency),
    money(sum?.month_micro ?? 0, currency),
  ];
  const caps = [
    s.day_micro !== null && `${money(s.day_micro, currency)} a day`,
    s.month_micro !== null && `${money(s.month_micro, currency)} a month`,
    s.call_micro !== null && `${money(s.call_micro, currency)} a call`,
  ].filter(Boolean);
  const spent = `${today} today, ${month} this month, with what is reserved.`;
  return caps.length
    ? `${spent} The caps are ${caps.join(', ')}. ${HARD}`
    : `${spent} No cap is set: engines are asked whatever they cost.`;
}

function Today({ spend: s }: { spend: Spend }) {
  return (
    <ul class="spend-list" aria-label={`Today, ${s.day}`}>
      {s.engines.map((e) => (
        <li key={e.engine_id + (e.currency ?? '')}>
          <span class="spend-name">
            {e.name || 'Removed engine'}{' '}
            <span class="note">
              {[
                plural(e.requests, 'request'),
                e.service === 'speech'
                  ? `${(e.sound_ms / 60_000).toFixed(1)} min`
                  : `${e.in_tokens} + ${e.out_tokens} tokens`,
                e.open > 0 && `${e.open} under way`,
                e.assumed > 0 && `${e.assumed} without an answer, counted in full`,
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
          </span>
          <b>{e.currency ? money(e.micro, e.currency) : 'no price'}</b>
        </li>
      ))}
    </ul>
  );
}

const textOf = (micro: number | null): string => (micro === null ? '' : String(micro / 1_000_000));

function Caps({ of, saved }: { of: Spend; saved: () => void }) {
  const [values, set] = useState({
    currency: of.currency ?? of.sums[0]?.currency ?? 'USD',
    day_micro: textOf(of.day_micro),
    month_micro: textOf(of.month_micro),
    call_micro: textOf(of.call_micro),
  });
  const [error, setError] = useState<ApiError>();
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    error: error?.fields[name],
    onChange: (value: string) => set({ ...values, [name]: value }),
  });
  const save = async () => {
    setError(undefined);
    const micro = (text: string) => (text.trim() ? microOf(text) : -1);
    try {
      await api('PUT /spend-cap', {
        version: of.version,
        body: {
          currency: values.currency.toUpperCase(),
          day_micro: micro(values.day_micro),
          month_micro: micro(values.month_micro),
          call_micro: micro(values.call_micro),
        },
      });
      saved();
    } catch (e) {
      if (e instanceof ApiError && Object.keys(e.fields).length) setError(e);
      else toast((e as Error).message, true);
    }
  };
  return (
    <form
      class="row-form part"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField label="A day" {...field('day_micro')} help="Empty: no cap." />
      <TextField label="A month" {...field('month_micro')} />
      <TextField label="One call" {...field('call_micro')} />
      <TextField label="Currency" {...field('currency')} required />
      <Button kind="main" type="submit">
        Save caps
      </Button>
    </form>
  );
}
