/* A modal on the browser's own <dialog>: it traps and returns the focus and closes on Escape. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button';
import { Icon } from './icon';

export function Dialog({
  title,
  onClose,
  class: look = '',
  children,
  bare = false,
}: {
  title: string;
  onClose: () => void;
  class?: string;
  children: ComponentChildren;
  /** Without the title row: the title is only read out. */
  bare?: boolean;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${look}`}
      aria-labelledby={bare ? undefined : id}
      aria-label={bare ? title : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">
        {!bare && (
          <header>
            <h2 id={id}>{title}</h2>
            <Button kind="quiet" label="Close" onClick={onClose}>
              <Icon name="close" />
            </Button>
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}

export function Confirm({
  title,
  text,
  action,
  onYes,
  onClose,
  busy = false,
  children,
}: {
  title: string;
  text: ComponentChildren;
  /** What there is to choose, under the text. */
  children?: ComponentChildren;
  action: string;
  onYes: () => void;
  onClose: () => void;
  busy?: boolean;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {children}
      <footer>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" onClick={onYes} busy={busy}>
          {action}
        </Button>
      </footer>
    </Dialog>
  );
}
