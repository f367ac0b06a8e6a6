/* A task by hand, or another owner, day or priority for one that is there. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { AreaField, SelectField, TextField } from '../../ui/field';
import { dayOf } from '../../ui/format';
import { toast } from '../../ui/toast';
import type { Task } from './task-row';

const priorities = [
  { value: 'LOW', label: 'Low' },
  { value: 'MEDIUM', label: 'Medium' },
  { value: 'HIGH', label: 'High' },
  { value: 'URGENT', label: 'Urgent' },
];
type Priority = 'LOW' | 'MEDIUM' | 'HIGH' | 'URGENT';

export function TaskForm({
  task,
  call,
  onClose,
  saved,
}: {
  task?: Task | undefined;
  call?: string | undefined;
  onClose: () => void;
  saved: () => void;
}) {
  const agents = useApi('GET /agents', { query: { limit: 100 } });
  const [v, setV] = useState({
    title: task?.title ?? '',
    detail: task?.detail ?? '',
    owner: task?.owner_id ?? '',
    due: task?.due_at ? dayOf(task.due_at, zone.value) : '',
    priority: task?.priority ?? 'MEDIUM',
  });
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const set = (field: keyof typeof v) => (value: string) => setV({ ...v, [field]: value });
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    const body = {
      title: v.title,
      detail: v.detail,
      due: v.due,
      priority: v.priority as Priority,
      ...(v.owner && { owner: v.owner }),
    };
    try {
      if (task) await api('PATCH /tasks/{}', { at: [task.id], version: task.version, body });
      else await api('POST /tasks', { body: { ...body, ...(call && { call }) } });
      toast(task ? 'Saved.' : 'Added.');
      saved();
      onClose();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
      setBusy(false);
    }
  };
  const drop = async () => {
    if (!task) return;
    await api('DELETE /tasks/{}', { at: [task.id] });
    toast('Dropped. The call does not make it again.');
    saved();
    onClose();
  };
  return (
    <Dialog title={task ? 'Task' : 'New task'} onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.status === 412
              ? 'Somebody else changed this task meanwhile. Close it and open it again.'
              : error.message}
          </p>
        )}
        <TextField
          label="What to do"
          name="title"
          required
          value={v.title}
          onChange={set('title')}
          error={error?.fields.title}
        />
        <AreaField
          label="More"
          name="detail"
          rows={2}
          value={v.detail}
          onChange={set('detail')}
          error={error?.fields.detail}
        />
        <SelectField
          label="Owner"
          name="owner"
          value={v.owner}
          onChange={set('owner')}
          error={error?.fields.owner}
          choices={[
            ...(v.owner && task?.owner_id
              ? []
              : [{ value: '', label: call ? 'The call’s agent' : 'Nobody' }]),
            ...(agents.data?.items ?? []).map((a) => ({ value: a.id, label: a.name })),
          ]}
        />
        <TextField
          label="Due"
          name="due"
          type="date"
          value={v.due}
          onChange={set('due')}
          error={error?.fields.due}
          help="Its owner is told at nine on that day."
        />
        <SelectField
          label="Priority"
          name="priority"
          required
          value={v.priority}
          onChange={set('priority')}
          choices={priorities}
        />
        <div class="form-end">
          <Button type="submit" kind="main" busy={busy}>
            {task ? 'Save' : 'Add'}
          </Button>
          {task && <Button onClick={() => void drop()}>Drop it</Button>}
        </div>
      </form>
    </Dialog>
  );
}
