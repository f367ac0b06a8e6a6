/* Reading facts out of file names, with what comes of it for the files on the list. */
import { TextField } from '../../ui/field';
import { fullTime, plural } from '../../ui/format';
import { Panel } from '../../ui/page';
import type { Entry } from './entries';
import { compile, places, type Told } from './pattern';

const shownFew = 5;

export function NamesPanel({
  text,
  set,
  entries,
  zone,
}: {
  text: string;
  set: (text: string) => void;
  entries: Entry[];
  zone: string;
}) {
  const pattern = text ? compile(text) : null;
  const broken = typeof pattern === 'string' ? pattern : undefined;
  const read =
    pattern && typeof pattern !== 'string'
      ? entries.map((e) => ({ name: e.path, told: pattern.read(e.path, zone) }))
      : [];
  const unfit = read.filter((r) => typeof r.told === 'string');
  return (
    <Panel title="From the file names">
      <div class="form part">
        <TextField
          label="Pattern"
          name="pattern"
          value={text}
          onChange={set}
          placeholder="{agent}_{date}_{time}_{number}"
          error={broken}
          help={`Places: ${places.join(', ')}. With a / in it the folder's name is read too. Times are the tenant's (${zone}).`}
        />
        {read.length > 0 && (
          <div class="preview" aria-live="polite">
            <p>
              {plural(read.length - unfit.length, 'name fits', 'names fit')}
              {unfit.length > 0 &&
                `, ${plural(unfit.length, 'does', 'do')} not: those calls go to Unknown agents unless an agent is chosen for them.`}
            </p>
            <ul>
              {[...read.filter((r) => typeof r.told !== 'string'), ...unfit]
                .slice(0, shownFew)
                .map((r) => (
                  <li key={r.name} class={typeof r.told === 'string' ? 'warn-ink' : ''}>
                    <code>{r.name}</code>
                    <span>{typeof r.told === 'string' ? r.told : saidOf(r.told, zone)}</span>
                  </li>
                ))}
            </ul>
          </div>
        )}
      </div>
    </Panel>
  );
}

export const saidOf = (t: Told, zone: string) =>
  [
    t.agent && `agent ${t.agent}`,
    t.started_at && fullTime(t.started_at, zone),
    t.direction,
    t.number,
  ]
    .filter(Boolean)
    .join(', ') || 'nothing';
