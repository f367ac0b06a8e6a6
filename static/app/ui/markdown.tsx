/* Shows the service's own guides: headings, lists, tables, code and links of Markdown, made into
 * elements, never into HTML text. What it does not know is shown as it stands. */
import type { ComponentChildren } from 'preact';

/** `code`, **bold**, *slanted* and [links](https://...) in a line of text. */
function inline(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  const marks = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https:[^)\s]+)\)/g;
  let at = 0;
  for (const m of text.matchAll(marks)) {
    if (m.index > at) parts.push(text.slice(at, m.index));
    if (m[1] !== undefined) parts.push(<code>{m[1]}</code>);
    else if (m[2] !== undefined) parts.push(<b>{inline(m[2])}</b>);
    else if (m[3] !== undefined) parts.push(<em>{m[3]}</em>);
    else
      parts.push(
        <a href={m[5]} rel="noreferrer" target="_blank">
          {m[4]}
        </a>,
      );
    at = m.index + m[0].length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

const cells = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((c) => c.trim());

const indent = (line: string) => line.length - line.trimStart().length;
const bullet = /^(\d+\.|-)\s+/;

function Table({ lines }: { lines: string[] }) {
  const [head = '', , ...rows] = lines;
  return (
    <table class="guide-table">
      <thead>
        <tr>
          {cells(head).map((c) => (
            <th scope="col">{inline(c)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            {cells(row).map((c) => (
              <td>{inline(c)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function List({ lines, deep }: { lines: string[]; deep: number }) {
  const items: string[][] = [];
  for (const line of lines)
    if (indent(line) === deep && bullet.test(line.trim()))
      items.push([line.trim().replace(bullet, '')]);
    else items.at(-1)?.push(line);
  const body = items.map(([first = '', ...rest]) => (
    <li>
      <Blocks lines={[first, ...outdented(rest)]} />
    </li>
  ));
  return /^\d/.test(lines[0]?.trim() ?? '') ? <ol>{body}</ol> : <ul>{body}</ul>;
}

function outdented(lines: string[]): string[] {
  const least = Math.min(...lines.filter((l) => l.trim()).map(indent), 99);
  return lines.map((l) => l.slice(least));
}

const Headings = { 1: 'h2', 2: 'h2', 3: 'h3' } as const;

function Blocks({ lines }: { lines: string[] }) {
  const out: ComponentChildren[] = [];
  const take = (n: number, goes: (line: string, k: number) => boolean) => {
    let end = n;
    while (end < lines.length && goes(lines[end] ?? '', end)) end++;
    return end;
  };
  for (let n = 0; n < lines.length;) {
    const line = lines[n] ?? '';
    const deep = indent(line);
    const heading = /^(#{1,3}) (.*)/.exec(line);
    let end = n + 1;
    if (!line.trim()) {
      n++;
      continue;
    }
    if (heading) {
      const Heading = Headings[heading[1]?.length as 1 | 2 | 3];
      out.push(<Heading>{inline(heading[2] ?? '')}</Heading>);
    } else if (line.trim().startsWith('|')) {
      end = take(n, (l) => l.trim().startsWith('|'));
      out.push(<Table lines={lines.slice(n, end)} />);
    } else if (bullet.test(line.trim())) {
      end = take(
        n,
        (l, k) =>
          k === n || !l.trim() || indent(l) > deep || (indent(l) === deep && bullet.test(l.trim())),
      );
      out.push(<List lines={lines.slice(n, end)} deep={deep} />);
    } else if (deep >= 4) {
      end = take(n, (l) => !l.trim() || indent(l) >= 4);
      out.push(<pre tabIndex={0}>{outdented(lines.slice(n, end)).join('\n').trimEnd()}</pre>);
    } else {
      end = take(
        n,
        (l, k) => k === n || (l.trim() !== '' && !/^\s*[|#]/.test(l) && !bullet.test(l.trim())),
      );
      out.push(
        <p>
          {inline(
            lines
              .slice(n, end)
              .map((l) => l.trim())
              .join(' '),
          )}
        </p>,
      );
    }
    n = end;
  }
  return <>{out}</>;
}

export const Markdown = ({ text }: { text: string }) => (
  <div class="guide-text">
    <Blocks lines={text.split('\n')} />
  </div>
);
