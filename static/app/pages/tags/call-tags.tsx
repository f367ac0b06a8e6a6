/* The tags of a call: each leads to the calls that have it; who may changes them here. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import { toast } from '../../ui/toast';
import './tags.css';

export function CallTags({
  call,
  tags,
  reload,
}: {
  call: string;
  tags: string[];
  reload: () => void;
}) {
  const [adding, setAdding] = useState(false);
  const may = !refusalFor('calls.write');
  const act = async (done: Promise<unknown>) => {
    try {
      await done;
      setAdding(false);
    } catch (e) {
      toast((e as Error).message, true);
    }
    reload();
  };
  if (!may && !tags.length) return null;
  return (
    <div class="tags" role="group" aria-label="Tags">
      {tags.map((tag) => (
        <span class="tag" key={tag}>
          <a href={to.calls({ tag })}>{tag}</a>
          {may && (
            <button
              type="button"
              aria-label={`Take off the tag ${tag}`}
              onClick={() => void act(api('DELETE /calls/{}/tags/{}', { at: [call, tag] }))}
            >
              <Icon name="close" />
            </button>
          )}
        </span>
      ))}
      {adding ? (
        <AddTag
          add={(tag) => act(api('POST /calls/{}/tags', { at: [call], body: { tag } }))}
          close={() => setAdding(false)}
        />
      ) : (
        may && (
          <Button kind="quiet" onClick={() => setAdding(true)}>
            Add a tag
          </Button>
        )
      )}
    </div>
  );
}

function AddTag({ add, close }: { add: (tag: string) => Promise<void>; close: () => void }) {
  const known = useApi('GET /tags', {});
  const [tag, setTag] = useState('');
  return (
    <form
      class="add-tag"
      onSubmit={(event) => {
        event.preventDefault();
        if (tag.trim()) void add(tag);
      }}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <input
        aria-label="Tag"
        value={tag}
        maxLength={40}
        list="known-tags"
        autocomplete="off"
        ref={(input) => input?.focus()}
        onInput={(event) => setTag(event.currentTarget.value)}
      />
      <datalist id="known-tags">
        {known.data?.items.map((t) => (
          <option value={t.name} key={t.name} />
        ))}
      </datalist>
      <Button type="submit">Add</Button>
    </form>
  );
}
