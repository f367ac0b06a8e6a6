/* A button that opens a small surface below itself; Escape, a click elsewhere or leaving it with
 * Tab closes it and the focus returns. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  label: ComponentChildren;
  class: string;
  name?: string;
  align?: 'start' | 'end';
  children: (close: () => void) => ComponentChildren;
}

export function Popover({ label, class: look, name, align = 'start', children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);

  const close = () => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };

  useEffect(() => {
    if (!open) return;
    const first = '.popover [aria-checked="true"], .popover button, .popover input, .popover a';
    root.current?.querySelector<HTMLElement>(first)?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);

  return (
    <div
      class="popover-root"
      ref={root}
      onKeyDown={(event) => {
        if (!open) return;
        if (event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
          event.preventDefault();
          step(root.current, event.key === 'ArrowDown' ? 1 : -1);
        }
      }}
    >
      <button
        type="button"
        class={look}
        aria-expanded={open}
        aria-haspopup="true"
        aria-label={name}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && <div class={`popover ${align}`}>{children(close)}</div>}
    </div>
  );
}

function step(root: HTMLElement | null, by: number): void {
  const items = [...(root?.querySelectorAll<HTMLElement>('.popover button, .popover a') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + by + items.length) % items.length]?.focus();
}
