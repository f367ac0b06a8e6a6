/* A list to tick in. Knows no domain. */
import { useState } from 'preact/hooks';
import './tick-list.css';

export interface Ticked {
  id: string;
  name: string;
  note?: string;
}

/** A list to tick in, narrowed by a name where it is long. */
export function TickList({
  label,
  all,
  on,
  set,
  error,
}: {
  label: string;
  all: Ticked[];
  on: Set<string>;
  set: (on: Set<string>) => void;
  error: string | undefined;
}) {
  const [find, setFind] = useState('');
  const shown = all.filter((p) => p.name.toLowerCase().includes(find.trim().toLowerCase()));
  const toggle = (id: string) => {
    const next = new Set(on);
    if (!next.delete(id)) next.add(id);
    set(next);
  };
  return (
    <fieldset class="tick-list">
      <legend>
        {label} <span class="note">{on.size} chosen</span>
      </legend>
      {all.length > 8 && (
        <input
          type="search"
          aria-label={`Find in ${label}`}
          placeholder="Find by name"
          value={find}
          onInput={(event) => setFind(event.currentTarget.value)}
        />
      )}
      <div class="ticks">
        {shown.map((p) => (
          <label class="check" key={p.id}>
            <input type="checkbox" checked={on.has(p.id)} onChange={() => toggle(p.id)} />
            <span>
              {p.name} {p.note && <span class="note">{p.note}</span>}
            </span>
          </label>
        ))}
        {!shown.length && <p class="note">Nobody of this name.</p>}
      </div>
      {error && <p class="field-error">{error}</p>}
    </fieldset>
  );
}
