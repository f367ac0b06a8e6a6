/* Buttons and links that look like buttons. `why` disables one and says the reason on hover and
 * focus; it stays reachable by keyboard so that the reason can be read. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Look {
  kind?: 'plain' | 'main' | 'quiet' | 'danger' | undefined;
  children: ComponentChildren;
  class?: string | undefined;
}

interface ButtonProps extends Look {
  onClick?: (() => void) | undefined;
  type?: 'button' | 'submit';
  why?: string | undefined;
  busy?: boolean;
  label?: string | undefined;
  pressed?: boolean;
  title?: string;
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', why, busy, type = 'button' } = props;
  const id = useId();
  const off = Boolean(why) || busy;
  const button = (
    <button
      type={type}
      class={`button ${kind} ${props.class ?? ''}`}
      aria-label={props.label}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      title={props.title}
      aria-pressed={props.pressed}
      aria-describedby={why ? id : undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {props.children}
    </button>
  );
  if (!why) return button;
  return (
    <span class="with-tip">
      {button}
      <span class="tip" role="tooltip" id={id}>
        {why}
      </span>
    </span>
  );
}

export function LinkButton({
  href,
  kind = 'plain',
  why,
  children,
}: Look & {
  href: string;
  why?: string | undefined;
}) {
  if (why)
    return (
      <Button kind={kind} why={why}>
        {children}
      </Button>
    );
  return (
    <a class={`button ${kind}`} href={href}>
      {children}
    </a>
  );
}
