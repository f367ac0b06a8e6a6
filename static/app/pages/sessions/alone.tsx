/* A page for people who are not signed in: the brand and one card. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Brand } from '../../shell/frame';
import './sessions.css';

export function Alone({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Ringsight`;
  }, [title]);
  return (
    <main class="sign-in">
      <Brand href="/sign-in" />
      <section class="card">
        <h1>{title}</h1>
        {children}
      </section>
    </main>
  );
}
