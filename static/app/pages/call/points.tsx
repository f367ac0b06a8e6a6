/* Lists of things found in a call, each with the words it rests on. */
import type { ComponentChildren } from 'preact';
import type { Point } from '../../api/types';
import { usePlayback } from './playback';
import { Quote } from './quote';

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

export function Points({
  title,
  points,
  audible,
  bad = false,
  link,
  look = '',
}: {
  title: string;
  points: Point[];
  audible: boolean;
  bad?: boolean;
  link?: string;
  look?: string;
}) {
  const playback = usePlayback();
  if (!points.length) return null;
  return (
    <Section title={title}>
      <ul class={`points ${look}`}>
        {points.map((p, n) => {
          const point = (on: boolean) => () => {
            if (link) playback.linked.value = on ? `${link}-${n}` : null;
          };
          return (
            <li key={p.name + n} onPointerEnter={point(true)} onPointerLeave={point(false)}>
              <p>
                <strong class={bad || p.state === 'OPEN' ? 'bad-ink' : ''}>{spoken(p.name)}</strong>
                {p.detail && <span class="detail"> {withoutQuotes(p)}</span>}
                {p.state && (
                  <span class="note">{p.state === 'OPEN' ? ' not taken up' : ' taken up'}</span>
                )}
              </p>
              <Quotes point={p} audible={audible} />
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

export function Quotes({ point: p, audible }: { point: Point; audible: boolean }) {
  return (
    <div class="quotes">
      {p.spans.map((s) => (
        <Quote key={`${s.turn}-${s.first}`} span={s} audible={audible} />
      ))}
    </div>
  );
}

/** NEW_INQUIRY as "New inquiry"; what is in plain words already stays. */
export const spoken = (name: string) =>
  /^[A-Z0-9_]+$/.test(name)
    ? name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' ')
    : name;

/** What the quotes below say anyway need not be said twice. */
const withoutQuotes = (p: Point) =>
  p.spans.reduce((text, s) => text.replace(`: “${s.words}”`, ''), p.detail ?? '');
