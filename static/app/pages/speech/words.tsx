/* Words that engines are told to expect, and corrections of what they hear: two lists, for a hint
 * teaches the engine and a correction mends what it wrote. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

/** Runs what adds or removes; field errors go to the form, others into a toast. */
function useChange(reload: () => void) {
  const [error, setError] = useState<ApiError>();
  const change = async (work: () => Promise<unknown>): Promise<boolean> => {
    setError(undefined);
    try {
      await work();
      reload();
      return true;
    } catch (e) {
      if (e instanceof ApiError && Object.keys(e.fields).length) setError(e);
      else toast((e as Error).message, true);
      return false;
    }
  };
  return { error, change };
}

function Entry({
  why,
  label,
  remove,
  children,
}: {
  why: string | undefined;
  label: string;
  remove: () => void;
  children: ComponentChildren;
}) {
  return (
    <li>
      <span>{children}</span>
      <Button kind="quiet" why={why} label={`Remove ${label}`} onClick={remove}>
        Remove
      </Button>
    </li>
  );
}

export function Hints({ why }: { why: string | undefined }) {
  const list = useApi('GET /speech-words', {}, true);
  const { error, change } = useChange(list.reload);
  const [word, setWord] = useState('');
  const add = async () => {
    if (await change(() => api('POST /speech-words', { body: { word } }))) setWord('');
  };
  return (
    <Panel title="Words to expect">
      <div class="part">
        <p class="note">
          Names and products as they are spelt. Engines that take hints are told them with each
          call.
        </p>
        <form
          class="row-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!why) void add();
          }}
        >
          <TextField
            label="Word"
            name="word"
            value={word}
            onChange={setWord}
            required
            error={error?.fields.word}
          />
          <Button type="submit" why={why}>
            Add
          </Button>
        </form>
        {list.error ? (
          <Failed error={list.error} retry={list.reload} />
        ) : !list.data ? (
          <Loading rows={2} label="Loading words" />
        ) : (
          <ul class="word-list">
            {list.data.items.map((w) => (
              <Entry
                key={w.id}
                why={why}
                label={w.word}
                remove={() => void change(() => api('DELETE /speech-words/{}', { at: [w.id] }))}
              >
                {w.word}
              </Entry>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

export function Corrections({ why }: { why: string | undefined }) {
  const list = useApi('GET /speech-corrections', {}, true);
  const { error, change } = useChange(list.reload);
  const [heard, setHeard] = useState('');
  const [written, setWritten] = useState('');
  const add = async () => {
    if (await change(() => api('POST /speech-corrections', { body: { heard, written } }))) {
      setHeard('');
      setWritten('');
    }
  };
  return (
    <Panel title="Corrections">
      <div class="part">
        <p class="note">
          What engines mishear and what is written instead, before anything is analysed. From the
          next transcript on.
        </p>
        <form
          class="row-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!why) void add();
          }}
        >
          <TextField
            label="Heard"
            name="heard"
            value={heard}
            onChange={setHeard}
            required
            error={error?.fields.heard}
          />
          <TextField
            label="Written"
            name="written"
            value={written}
            onChange={setWritten}
            required
            error={error?.fields.written}
          />
          <Button type="submit" why={why}>
            Add
          </Button>
        </form>
        {list.error ? (
          <Failed error={list.error} retry={list.reload} />
        ) : !list.data ? (
          <Loading rows={2} label="Loading corrections" />
        ) : (
          <ul class="word-list">
            {list.data.items.map((c) => (
              <Entry
                key={c.id}
                why={why}
                label={c.heard}
                remove={() =>
                  void change(() => api('DELETE /speech-corrections/{}', { at: [c.id] }))
                }
              >
                {c.heard} <span aria-label="is written">→</span> <strong>{c.written}</strong>
              </Entry>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
