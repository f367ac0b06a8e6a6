/* The frame of every page: its title (which also names the window and takes the focus after a
 * change of page), its actions, and panels. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let first = true;

export function Page({
  title,
  above,
  actions,
  children,
  class: look = '',
}: {
  title: string;
  above?: { href: string; label: string } | undefined;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Ringsight`;
  }, [title]);
  useEffect(() => {
    if (!first) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <div class={`page ${look}`}>
      <header class="page-head">
        <div class="page-title">
          {above && (
            <>
              <a href={above.href}>{above.label}</a>
              <span aria-hidden="true"> / </span>
            </>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Panel({
  title,
  side,
  children,
  class: look = '',
  level = 2,
}: {
  title?: ComponentChildren;
  side?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
  level?: 2 | 3;
}) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section class={`panel ${look}`}>
      {title && (
        <header class="panel-head">
          <Heading>{title}</Heading>
          {side}
        </header>
      )}
      {children}
    </section>
  );
}

export function Facts({
  items,
  class: look = '',
}: {
  items: [string, ComponentChildren][];
  class?: string;
}) {
  return (
    <dl class={`facts ${look}`}>
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Tabs that are links: the address holds the choice. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  current: string;
  tabs: { id: string; label: string; href: string; class?: string }[];
}) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a
          key={tab.id}
          href={tab.href}
          class={tab.class}
          aria-current={tab.id === current ? 'page' : undefined}
        >
          {tab.label}
        </a>
      ))}
    </nav>
  );
}
