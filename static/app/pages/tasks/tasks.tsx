/* What to do: mine, the team's, overdue, done. J and K walk the rows, X ends one. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useLive } from '../../api/live';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { useShortcuts } from '../../ui/keys';
import { Page, Tabs } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { Pager } from '../../ui/table';
import { toast } from '../../ui/toast';
import { TaskForm } from './task-form';
import { TaskRow, endTask, refusalToEnd, type Task } from './task-row';
import './tasks.css';

const nothing: Record<string, string> = {
  mine: 'Nothing is waiting for you.',
  team: 'Nothing is waiting. What agents promise in calls comes here by itself.',
  overdue: 'Nothing is overdue.',
  done: 'Nothing is done yet.',
};

export default function Tasks() {
  const { query } = useLocation();
  const why = refusalFor('calls.write');
  /* Who changes no calls has tasks of their own; others look after a team's. */
  const tab = query.tab ?? (why ? 'mine' : 'team');
  const page = { cursor: query.cursor, limit: 50 };
  const open = useApi(
    tab === 'done' ? null : 'GET /tasks',
    {
      query: {
        ...page,
        ...(tab === 'mine' && { mine: true }),
        ...(tab === 'overdue' && { overdue: true }),
      },
    },
    true,
  );
  const done = useApi(tab === 'done' ? 'GET /tasks/done' : null, { query: page }, true);
  const list = tab === 'done' ? done : open;
  useLive((n) => n.kind.startsWith('task.'), list.reload);
  const rows: Task[] = list.data?.items ?? [];
  const paging = usePaging(list.data?.next);
  const [at, setAt] = useState(-1);
  const [form, setForm] = useState<Task | 'new'>();
  const end = async (task: Task) => {
    const refusal = refusalToEnd(task);
    if (refusal) return toast(refusal, true);
    try {
      await endTask(task, !task.done_at);
      toast(task.done_at ? 'To do again.' : 'Done.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, at + by));
    setAt(next);
    document.querySelectorAll('.task')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const here = rows[at];
  useShortcuts([
    { keys: ['j'], label: 'Next task', group: 'Tasks', run: () => move(1) },
    { keys: ['k'], label: 'Previous task', group: 'Tasks', run: () => move(-1) },
    {
      keys: ['x'],
      label: 'Done, or to do again',
      group: 'Tasks',
      run: () => here && void end(here),
    },
    {
      keys: ['e'],
      label: 'Edit the task',
      group: 'Tasks',
      run: () => !why && here && setForm(here),
    },
  ]);
  const tabs = [
    { id: 'mine', label: 'Mine', href: to.tasks({ tab: 'mine' }) },
    { id: 'team', label: 'Team', href: to.tasks({ tab: 'team' }) },
    { id: 'overdue', label: 'Overdue', href: to.tasks({ tab: 'overdue' }) },
    { id: 'done', label: 'Done', href: to.tasks({ tab: 'done' }) },
  ];
  return (
    <Page
      title="Tasks"
      actions={
        <Button kind="main" why={why} onClick={() => setForm('new')}>
          Add a task
        </Button>
      }
    >
      <Tabs label="Which tasks" tabs={tabs} current={tab} />
      {list.error && <Failed error={list.error} retry={list.reload} />}
      {!list.data && !list.error && <Loading rows={6} label="Loading tasks" />}
      {list.data && rows.length === 0 && <Empty>{nothing[tab]}</Empty>}
      {rows.length > 0 && (
        <ul class="panel tasks" aria-label="Tasks">
          {rows.map((t, n) => (
            <TaskRow
              key={t.id}
              task={t}
              at={n === at}
              end={(task) => void end(task)}
              edit={why ? undefined : setForm}
            />
          ))}
        </ul>
      )}
      <Pager newer={paging.newer} older={paging.older} />
      {form && (
        <TaskForm
          task={form === 'new' ? undefined : form}
          onClose={() => setForm(undefined)}
          saved={list.reload}
        />
      )}
    </Page>
  );
}
