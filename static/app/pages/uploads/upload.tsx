/* Recordings from this computer, one or hundreds: drop them, say whose they are (for all, by a sheet,
 * by their names, one by one), watch them become calls. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { refusalFor, zone } from '../../api/session';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { plural } from '../../ui/format';
import { Page } from '../../ui/page';
import { toast } from '../../ui/toast';
import { AboutPanel } from './about-panel';
import { Drop, type Dropped } from './drop';
import { about, entries, type Entry } from './entries';
import { factsOf, type Sources } from './facts';
import { FilesPanel } from './files-panel';
import { NamesPanel } from './names-panel';
import { compile } from './pattern';
import { add } from './queue';
import { forgetUnfinished, unfinished } from './remembered';
import { guess, isSheet, readSheet, rowsOf, type Sheet } from './sheet';
import { SheetPanel, type Matched } from './sheet-panel';
import { useAgents } from './use-agents';
import './uploads.css';

export default function UploadPage() {
  const { query } = useLocation();
  const agents = useAgents();
  const [all, setAll] = useState({ agent: '', direction: 'inbound', began: '', analyse: true });
  const [text, setText] = useState('');
  const [matched, setMatched] = useState<Matched | null>(null);
  const why = refusalFor('uploads.write');

  const rows = useMemo(
    () => matched && rowsOf(matched.sheet, matched.columns, matched.order || null, zone.value),
    [matched, zone.value],
  );
  const from = useMemo<Sources>(() => {
    const pattern = text ? compile(text) : null;
    return {
      all: { ...all, started_at: all.began ? new Date(all.began).toISOString() : '' },
      pattern: typeof pattern === 'string' ? null : pattern,
      rows,
      agents,
      zone: zone.value,
    };
  }, [all, text, rows, agents, zone.value]);
  const of = (e: Entry) => factsOf(e.path, e.file.lastModified, e.own, from);
  about.facts = of;
  useEffect(() => {
    about.call = query.call ?? '';
  }, [query.call]);

  const takeSheet = (sheet: Sheet) =>
    setMatched({ sheet, columns: guess(sheet.columns), order: '' });
  const take = async (files: Dropped[]) => {
    const sheet = files.find((f) => isSheet(f.file.name));
    if (sheet) await readSheet(sheet.file).then(takeSheet, (e: Error) => toast(e.message, true));
    await add(files.filter((f) => !isSheet(f.file.name)));
  };

  return (
    <Page
      title={query.call ? 'Add a recording' : 'Upload calls'}
      above={
        query.call
          ? { href: to.call(query.call), label: 'Call' }
          : { href: to.calls(), label: 'Calls' }
      }
    >
      <div class={`upload-grid ${query.call ? 'alone-grid' : ''}`}>
        <div>
          <Drop why={why} take={(files) => void take(files)} />
          <Unfinished />
          {entries.value.length > 0 && <FilesPanel factsOf={of} agents={agents} />}
        </div>
        {!query.call && (
          <div>
            <AboutPanel
              all={from.all && { ...all, started_at: '' }}
              agents={agents}
              set={(by) => setAll({ ...all, ...by })}
            />
            <NamesPanel text={text} set={setText} entries={entries.value} zone={zone.value} />
            <SheetPanel
              matched={matched}
              set={setMatched}
              take={takeSheet}
              rows={rows}
              entries={entries.value}
              zone={zone.value}
            />
          </div>
        )}
      </div>
    </Page>
  );
}

function Unfinished() {
  const left = unfinished();
  if (!left.length) return null;
  const names =
    left.length > 3
      ? `${left.slice(0, 3).join(', ')} and ${left.length - 3} more`
      : left.join(', ');
  return (
    <div class="hint again" role="status">
      <p>
        Not finished: {names}. Choose the same{' '}
        {left.length === 1 ? 'file' : 'files or their folder'} again to go on where{' '}
        {left.length === 1 ? 'it' : 'they'} stopped; what was begun is kept for two days.
      </p>
      <Button onClick={() => void forgetUnfinished()}>Forget {plural(left.length, 'file')}</Button>
    </div>
  );
}
