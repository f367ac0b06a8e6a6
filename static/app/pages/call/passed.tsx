/* Which engines were passed over for this result, and why: the reader is to know that another was
 * meant to do it. */
import type { Analysis } from '../../api/types';

export function Passed({ asked }: { asked: Analysis['asked'] }) {
  if (!asked?.passed.length) return null;
  return (
    <ul class="passed-over">
      {asked.passed.map((p) => (
        <li key={p.engine} class="note">
          {p.reason.startsWith(p.engine) ? p.reason : `${p.engine} was passed over: ${p.reason}`}
        </li>
      ))}
    </ul>
  );
}
