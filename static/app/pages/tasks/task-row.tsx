/* One task as a row: ended by its box, opened for more. Used by the tasks page and the call page. */
import { api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { to } from '../../routes';
import { dayLabel } from './words';

export type Task = Item<'GET /calls/{}/tasks'> & {
  call_id?: string | null;
  call_title?: string | null;
};

/** Why the person may not end this task; undefined if they may. */
export const refusalToEnd = (task: Task) => (task.mine ? undefined : refusalFor('calls.write'));

export async function endTask(task: Task, done: boolean): Promise<void> {
  await api('PUT /tasks/{}/done', { at: [task.id], body: { done } });
}

const loud: Record<string, string> = { HIGH: 'High', URGENT: 'Urgent' };

export function TaskRow({
  task: t,
  at = false,
  end,
  edit,
}: {
  task: Task;
  at?: boolean;
  end: (task: Task) => void;
  edit?: ((task: Task) => void) | undefined;
}) {
  const why = refusalToEnd(t);
  return (
    <li class={`task ${t.done_at ? 'done' : ''} ${at ? 'at' : ''}`} aria-current={at || undefined}>
      <input
        type="checkbox"
        checked={Boolean(t.done_at)}
        disabled={Boolean(why)}
        title={why}
        aria-label={`${t.title}: ${t.done_at ? 'done' : 'to do'}`}
        onChange={() => end(t)}
      />
      <div class="task-what">
        <strong>{t.title}</strong>
        {loud[t.priority] && <span class="bad-ink"> {loud[t.priority]}</span>}
        {t.detail && <span class="note task-detail"> {t.detail}</span>}
        {t.call_id && (
          <a class="task-call" href={to.call(t.call_id, { tab: 'analysis' })}>
            {t.call_title || 'Call'}
          </a>
        )}
      </div>
      <span class="task-owner note">{t.owner_name ?? 'Nobody'}</span>
      <span class={`task-due ${t.overdue ? 'bad-ink' : 'note'}`}>
        {dayLabel(t.due_at, t.overdue, zone.value)}
      </span>
      {edit && (
        <button type="button" class="button" onClick={() => edit(t)} aria-label={`Edit ${t.title}`}>
          Edit
        </button>
      )}
    </li>
  );
}
