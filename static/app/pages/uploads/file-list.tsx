/* The files, of which only those in sight are drawn: four hundred rows cost as much as twelve. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Entry } from './entries';
import type { Facts } from './facts';
import { FileRow, rowHeight } from './file-row';

const beyond = 6;

export function FileList({
  entries,
  factsOf,
  edit,
  chosen,
  choose,
}: {
  entries: Entry[];
  factsOf: (e: Entry) => Facts;
  edit: (e: Entry) => void;
  chosen: Set<number>;
  choose: (ids: number[], on: boolean) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ from: 0, rows: 12 });
  const look = () => {
    const el = box.current;
    if (!el) return;
    const from = Math.max(0, Math.floor(el.scrollTop / rowHeight) - beyond);
    const rows = Math.ceil(el.clientHeight / rowHeight) + 2 * beyond;
    setSight((old) => (old.from === from && old.rows === rows ? old : { from, rows }));
  };
  useLayoutEffect(look, [entries.length]);
  const from = Math.min(sight.from, Math.max(0, entries.length - sight.rows));
  const shown = entries.slice(from, from + sight.rows);
  return (
    <div
      ref={box}
      class="upload-scroll"
      tabIndex={0}
      role="region"
      aria-label="Files to upload"
      onScroll={look}
    >
      {/* Heights through the style object: the policy allows no style attributes in HTML, and this is
          set by script. */}
      <ul
        class="uploads"
        style={{
          paddingTop: `${from * rowHeight}px`,
          paddingBottom: `${(entries.length - from - shown.length) * rowHeight}px`,
        }}
      >
        {shown.map((e) => (
          <FileRow
            key={e.id}
            entry={e}
            facts={factsOf(e)}
            edit={() => edit(e)}
            chosen={chosen.has(e.id)}
            choose={(on) => choose([e.id], on)}
          />
        ))}
      </ul>
    </div>
  );
}
