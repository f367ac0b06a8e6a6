/* What the fields as they stand here find in a recent call; nothing is stored. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { clockMs, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { keyOf, type Draft, type FieldBody } from './draft';
import { shownValue, typeWord } from './words';

export function Preview({
  fields,
  drafts,
  why,
}: {
  fields: () => object[];
  drafts: Draft[];
  why: string | undefined;
}) {
  const calls = useApi('GET /calls', { query: { state: 'scored', limit: 20 } });
  const [chosen, choose] = useState('');
  const [found, setFound] = useState<Reply<'POST /customer-fields/try'>>();
  const [error, setError] = useState('');
  const list = calls.data?.items ?? [];
  const call = list.find((c) => c.id === chosen) ?? list[0];
  const run = async () => {
    if (!call) return;
    setError('');
    setFound(undefined);
    try {
      setFound(
        await api('POST /customer-fields/try', {
          body: { call: call.id, fields: fields() as unknown as FieldBody },
        }),
      );
    } catch (e) {
      setError(e instanceof ApiError ? (e.fields.fields ?? e.message) : String(e));
    }
  };
  const of = (key: string) => drafts.find((d) => keyOf(d, drafts) === key);
  const label = (key: string) => of(key)?.label || key;
  const type = (key: string) => of(key)?.type;
  return (
    <Panel title="Try on a call">
      <div class="part schema-try">
        {call ? (
          <>
            <label>
              <span class="away">Call</span>
              <select value={call.id} onChange={(event) => choose(event.currentTarget.value)}>
                {list.map((c) => (
                  <option key={c.id} value={c.id}>
                    {whenOf(c.started_at, zone.value)} {c.title ?? 'Call'}
                  </option>
                ))}
              </select>
            </label>
            <Button why={why} onClick={() => void run()}>
              Try
            </Button>
            <a href={to.call(call.id)}>Open the call</a>
          </>
        ) : (
          <p class="note">There is no call with a transcript yet.</p>
        )}
        <div role="status" class="schema-found">
          {error && <p class="field-error">{error}</p>}
          {found && found.items.length === 0 && <p class="note">This call tells none of them.</p>}
          {found && found.items.length > 0 && (
            <dl class="facts rows">
              {found.items.map((x) => (
                <div key={x.key}>
                  <dt>{label(x.key)}</dt>
                  <dd>
                    {x.value === null ? (
                      <span class="note">not read as {typeWord(type(x.key))}:</span>
                    ) : (
                      <strong>{shownValue(x.value)}</strong>
                    )}{' '}
                    <span class="note">
                      “{x.said}”{x.spans[0] && ` at ${clockMs(x.spans[0].start_ms)}`}
                    </span>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
    </Panel>
  );
}
