/* Ctrl K: pages, agents and ways to look at the calls, found by typing. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { refusalFor, session } from '../api/session';
import { useApi } from '../api/use-api';
import { routes, to } from '../routes';
import { Dialog } from '../ui/dialog';
import { theme } from '../ui/theme';
import { bareNumber, looksLikeNumber } from './search';

interface Entry {
  group: string;
  label: string;
  note?: string;
  run: () => void;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const mayRead = !refusalFor('calls.read');
  const agents = useApi(mayRead ? 'GET /agents' : null, { query: { limit: 100 } });

  const all = useMemo((): Entry[] => {
    const go = (href: string) => () => {
      onClose();
      route(href);
    };
    const calls = (label: string, query: Record<string, string>): Entry => ({
      group: 'Calls',
      label,
      run: go(to.calls(query)),
    });
    return [
      ...routes
        .filter((r) => r.palette && !refusalFor(r.permission))
        .map((r) => ({ group: 'Pages', label: r.title, run: go(r.path) })),
      ...(mayRead
        ? [
            calls('Calls of today', { when: 'today' }),
            calls('Calls scored below 60', { below: '60' }),
            calls('Calls with a breach', { breach: '1' }),
            calls('Calls with a recording', { recording: '1' }),
            calls('Inbound calls', { direction: 'inbound' }),
            calls('Outbound calls', { direction: 'outbound' }),
            calls('Calls whose processing failed', { state: 'failed' }),
            calls('Calls held for review', { state: 'held' }),
          ]
        : []),
      ...(agents.data?.items ?? []).map((a) => ({
        group: 'Agents',
        label: a.name,
        note: a.extension ?? '',
        run: go(to.calls({ agent: a.id })),
      })),
      ...(['light', 'dark', 'system'] as const).map((t) => ({
        group: 'Appearance',
        label: `Theme: ${t}`,
        run: () => {
          theme.value = t;
          onClose();
        },
      })),
    ];
  }, [agents.data, session.value]);

  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((e) => {
    const hay = `${e.group} ${e.label} ${e.note ?? ''}`.toLowerCase();
    return words.every((w) => hay.includes(w));
  });
  if (mayRead && looksLikeNumber(text)) {
    found.unshift({
      group: 'Calls',
      label: `Calls with ${text.trim()}`,
      run: () => {
        onClose();
        route(to.calls({ number: bareNumber(text) }));
      },
    });
  }
  const shown = found.slice(0, 30);
  const chosen = Math.min(at, shown.length - 1);
  useEffect(() => {
    document.getElementById(`go-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      setAt((chosen + by + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      shown[chosen]?.run();
    }
  };

  return (
    <Dialog title="Go anywhere" onClose={onClose} class="palette" bare>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="go-list"
        aria-autocomplete="list"
        aria-activedescendant={shown.length ? `go-${chosen}` : undefined}
        aria-label="Go anywhere"
        placeholder="Go to a page, an agent, a number"
        value={text}
        onKeyDown={keys}
        autoFocus
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
      />
      <ul id="go-list" role="listbox" aria-label="Results">
        {shown.map((entry, n) => (
          <li
            key={`${entry.group} ${entry.label} ${entry.note ?? ''}`}
            id={`go-${n}`}
            role="option"
            aria-selected={n === chosen}
            onClick={entry.run}
            onPointerMove={() => setAt(n)}
          >
            <span>{entry.label}</span>
            <span class="note">{entry.note || entry.group}</span>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p class="note nothing" role="status">
          Nothing by that name.
        </p>
      )}
    </Dialog>
  );
}
