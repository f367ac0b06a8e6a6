/* The list of calls: filters in the address, keyset pages, rows that arrive and change by
 * themselves. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import type { Call } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { LinkButton, Button } from '../../ui/button';
import { clock, count } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { useShortcuts } from '../../ui/keys';
import { Page } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { Pager } from '../../ui/table';
import { BatchBar } from '../reports/batch-bar';
import { TagBar } from '../tags/tag-bar';
import { CallTable } from './call-table';
import { FilterBar } from './filter-bar';
import { read, toQuery, type FilterName } from './filters';
import './calls.css';

export default function Calls() {
  const { query, route } = useLocation();
  const filters = read(query);
  const asked = toQuery(filters, zone.value);
  const list = useApi('GET /calls', { query: { ...asked, cursor: query.cursor, limit: 50 } }, true);
  const summary = useApi('GET /calls/summary', { query: asked }, true);
  const agents = useApi('GET /agents', { query: { limit: 100 } });
  const paging = usePaging(list.data?.next);
  const rows = list.data?.items ?? [];
  const fresh = useFresh(rows, list.stale ? '' : JSON.stringify([asked, query.cursor]));

  /* A new call can only appear on the first page; on others only what is shown may change. */
  useLive(
    (n) => n.kind.startsWith('call.') && (!query.cursor || rows.some((r) => r.id === n.object)),
    () => {
      list.reload();
      summary.reload();
    },
  );
  useRowKeys();

  const [chosen, choose] = useState<Set<string>>();
  const [purpose, setPurpose] = useState<'reports' | 'tags'>('reports');
  const begin = (what: typeof purpose) => {
    setPurpose(what);
    choose(new Set());
  };
  const Bar = purpose === 'tags' ? TagBar : BatchBar;
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };

  const set = (change: Partial<Record<FilterName, string>>) =>
    route(to.calls({ ...filters, ...change } as Record<string, string>));
  const filtered = Object.keys(filters).length > 0;

  return (
    <Page
      title="Calls"
      actions={
        <>
          {rows.length > 0 && !chosen && (
            <>
              <Button onClick={() => begin('reports')}>Save reports</Button>
              <Button why={refusalFor('calls.write')} onClick={() => begin('tags')}>
                Tag calls
              </Button>
            </>
          )}
          <LinkButton href={to.newCall()} why={refusalFor('calls.write')}>
            Log a call
          </LinkButton>
          <LinkButton kind="main" href={to.upload()} why={refusalFor('uploads.write')}>
            <Icon name="upload" />
            Upload calls
          </LinkButton>
        </>
      }
    >
      <div class="above-list">
        <FilterBar
          filters={filters}
          agents={agents.data?.items ?? []}
          set={set}
          clear={() => route(to.calls())}
        />
        {summary.data && (
          <p class="note count-line" aria-live="off">
            {countLine(summary.data)}
          </p>
        )}
      </div>
      {chosen && (
        <Bar
          chosen={chosen}
          all={rows.map((r) => r.id)}
          asked={asked as Record<string, string>}
          set={choose}
          onClose={() => choose(undefined)}
        />
      )}
      {list.error && <Failed error={list.error} retry={list.reload} />}
      {!list.data && !list.error && <Loading rows={10} label="Loading calls" />}
      {list.data &&
        rows.length === 0 &&
        (filtered || query.cursor ? (
          <Empty action={<Button onClick={() => route(to.calls())}>Show all calls</Button>}>
            No calls match these filters.
          </Empty>
        ) : (
          <Empty
            action={
              <LinkButton
                kind="main"
                href={to.newIntegration()}
                why={refusalFor('integrations.write')}
              >
                Connect a phone system
              </LinkButton>
            }
          >
            No calls yet: connect a phone system, or upload a recording.
          </Empty>
        ))}
      {rows.length > 0 && (
        <CallTable
          calls={rows}
          zone={zone.value}
          fresh={fresh}
          stale={list.stale}
          choosing={chosen && { chosen, toggle }}
        />
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </Page>
  );
}

function countLine(s: {
  count: number;
  more?: boolean | undefined;
  average_delay_s: number | null;
}): string {
  const many = `${count(s.count)}${s.more ? '+' : ''} ${s.count === 1 ? 'call' : 'calls'}`;
  return s.average_delay_s === null
    ? many
    : `${many} · scored ${clock(s.average_delay_s)} after hang-up on average`;
}

/** Ids that were not there when this view was last shown: marked for a few seconds. */
function useFresh(rows: Call[], view: string): Set<string> {
  const seen = useRef({ view: '', ids: new Set<string>() });
  const [fresh, setFresh] = useState(new Set<string>());
  const ids = rows.map((r) => r.id).join(' ');
  useEffect(() => {
    if (!view || !ids) return;
    const now = ids.split(' ');
    const before = seen.current;
    seen.current = { view, ids: new Set([...(before.view === view ? before.ids : []), ...now]) };
    if (before.view !== view) return;
    const added = now.filter((id) => !before.ids.has(id));
    if (!added.length || added.length > 5) return;
    setFresh(new Set(added));
    const timer = window.setTimeout(() => setFresh(new Set()), 4000);
    return () => window.clearTimeout(timer);
  }, [ids, view]);
  return fresh;
}

function useRowKeys(): void {
  const move = (by: number) => {
    const links = [...document.querySelectorAll<HTMLElement>('.call-row .row-link')];
    const at = links.findIndex((link) => link === document.activeElement);
    const next =
      links[
        at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))
      ];
    next?.focus({ preventScroll: true });
    next?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts([
    { keys: ['j'], label: 'Next call', group: 'Calls', run: () => move(1) },
    { keys: ['k'], label: 'Previous call', group: 'Calls', run: () => move(-1) },
    { keys: [], shown: 'Enter', label: 'Open the call', group: 'Calls', run: () => undefined },
  ]);
}
