/* Tells whoever is signed in that a task of theirs is due, on whatever page they are. */
import { useRef } from 'preact/hooks';
import { api } from '../api/client';
import { useLive } from '../api/live';
import { toast } from '../ui/toast';

export function Reminders() {
  const due = useRef(new Set<string>());
  useLive(
    (n) => {
      if (n.kind !== 'task.due' || !n.object) return false;
      due.current.add(n.object);
      return true;
    },
    () => {
      const ids = [...due.current];
      due.current.clear();
      for (const id of ids) void tell(id);
    },
  );
  return null;
}

async function tell(id: string): Promise<void> {
  try {
    const task = await api('GET /tasks/{}', { at: [id] });
    if (task.mine && !task.done_at) toast(`To do: ${task.title}`);
  } catch {
    /* Dropped, or another's by now: nothing to tell. */
  }
}
