/* Keyboard shortcuts as registered objects: whoever is on the page lists what works, and the help
 * dialog shows exactly that. Keys are not taken while somebody types or a dialog is open. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

export interface Shortcut {
  /** `event.key` values, lower case; "ctrl+k" for the one with a modifier. */
  keys: string[];
  label: string;
  group: string;
  run: (event: KeyboardEvent) => void;
  /** How the key is printed when `keys` would not be clear. */
  shown?: string;
}

export const shortcuts = signal<Shortcut[]>([]);

export function useShortcuts(list: Shortcut[]): void {
  const now = useRef(list);
  now.current = list;
  useEffect(() => {
    const mine = list.map((item, n): Shortcut => ({
      ...item,
      run: (event) => now.current[n]?.run(event),
    }));
    shortcuts.value = [...shortcuts.value, ...mine];
    return () => {
      shortcuts.value = shortcuts.value.filter((s) => !mine.includes(s));
    };
  }, []);
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  );
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const chord = event.ctrlKey || event.metaKey;
  const name = (chord ? 'ctrl+' : '') + event.key.toLowerCase();
  if (!chord && (typing(event.target) || document.querySelector('dialog[open]'))) return;
  /* Space and Enter belong to the control that has the focus. */
  const control =
    event.target instanceof HTMLElement &&
    event.target.closest('button, a, summary, [role="button"], [role="slider"]');
  if (
    control &&
    (event.key === ' ' || event.key === 'Enter') &&
    !(event.key === ' ' && control.matches('a, [role="slider"]'))
  )
    return;
  /* The newest registration wins: a page may take a key from the frame. */
  const found = [...shortcuts.value].reverse().find((s) => s.keys.includes(name));
  if (!found) return;
  event.preventDefault();
  found.run(event);
});
