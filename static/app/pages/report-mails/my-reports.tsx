/* Which reports one gets by mail oneself, and ending one: where the link at a mail's end leads. */
import { api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

export function MyReports({ off }: { off: string | undefined }) {
  const list = useApi('GET /my-report-plans', {}, true);
  const set = async (id: string, name: string, value: boolean) => {
    try {
      await api('PUT /my-report-plans/{}', { at: [id], body: { off: value } });
      toast(value ? `You get no more mails of ${name}.` : `You get ${name} again.`);
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  return (
    <Panel title="What you get">
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading rows={2} label="Loading what you get" />
      ) : !list.data.items.length ? (
        <p class="panel-note">No report goes to you by mail.</p>
      ) : (
        <ul class="my-reports">
          {list.data.items.map((p) => (
            <li key={p.id} class={p.id === off ? 'asked' : undefined}>
              <span>
                <strong>{p.name}</strong>{' '}
                <span class="note">{p.off ? 'ended by you' : `every ${p.every}`}</span>
              </span>
              <Button
                kind={p.id === off && !p.off ? 'main' : undefined}
                label={p.off ? `Get it again: ${p.name}` : `Get no more: ${p.name}`}
                onClick={() => void set(p.id, p.name, !p.off)}
              >
                {p.off ? 'Get it again' : 'Get no more'}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
