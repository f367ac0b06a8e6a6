/* The call's tasks, which are ended and added where the promise can be read. */
import { useState } from 'preact/hooks';
import { useLive } from '../../api/live';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';
import { TaskForm } from '../tasks/task-form';
import { TaskRow, endTask, type Task } from '../tasks/task-row';
import '../tasks/tasks.css';
import { Section } from './points';

export function CallTasks({ call }: { call: string }) {
  const list = useApi('GET /calls/{}/tasks', { at: [call], query: { limit: 50 } }, true);
  useLive((n) => n.kind.startsWith('task.') || n.object === call, list.reload);
  const [form, setForm] = useState<Task | 'new'>();
  const why = refusalFor('calls.write');
  const rows = list.data?.items ?? [];
  const end = async (task: Task) => {
    try {
      await endTask(task, !task.done_at);
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  if (why && !rows.length) return null;
  return (
    <Section title="Tasks">
      {rows.length > 0 && (
        <ul class="tasks call-tasks" aria-label="Tasks of this call">
          {rows.map((t) => (
            <TaskRow
              key={t.id}
              task={t}
              end={(x) => void end(x)}
              edit={why ? undefined : setForm}
            />
          ))}
        </ul>
      )}
      <Button why={why} onClick={() => setForm('new')}>
        Add a task
      </Button>
      {form && (
        <TaskForm
          task={form === 'new' ? undefined : form}
          call={call}
          onClose={() => setForm(undefined)}
          saved={list.reload}
        />
      )}
    </Section>
  );
}
