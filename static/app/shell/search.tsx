/* The top bar's search: one phone number, as it was dialled or shown. */
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { to } from '../routes';

/** What people paste (spaces, brackets, dashes) as the server stores it. */
export const bareNumber = (text: string) => text.replace(/[\s().\-/]/g, '');
export const looksLikeNumber = (text: string) => /^\+?\d{2,15}$/.test(bareNumber(text));

export function NumberSearch({ openPalette }: { openPalette: () => void }) {
  const { query, path, route } = useLocation();
  const active = path === '/calls' ? (query.number ?? '') : '';
  const [text, setText] = useState(active);
  useEffect(() => setText(active), [active]);

  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const number = bareNumber(text);
        route(to.calls(number ? { number } : {}));
      }}
    >
      <input
        id="number-search"
        type="search"
        value={text}
        placeholder="Search a phone number"
        aria-label="Search a phone number"
        autocomplete="off"
        enterkeyhint="search"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <button type="button" class="kbd" onClick={openPalette} aria-label="Go anywhere, Ctrl K">
        Ctrl K
      </button>
    </form>
  );
}
