/* Short notes at the lower edge, read out politely. */
import { signal } from '@preact/signals';

interface Note {
  id: number;
  text: string;
  bad: boolean;
}

const notes = signal<Note[]>([]);
let next = 0;

export function toast(text: string, bad = false): void {
  const note = { id: next++, text, bad };
  notes.value = [...notes.value.slice(-2), note];
  window.setTimeout(
    () => {
      notes.value = notes.value.filter((n) => n !== note);
    },
    bad ? 8000 : 4000,
  );
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notes.value.map((note) => (
        <p key={note.id} class={note.bad ? 'toast bad' : 'toast'}>
          {note.text}
        </p>
      ))}
    </div>
  );
}
