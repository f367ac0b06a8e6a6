/* The tags in use: which calls have one, which scorecards ask for it, and taking one from the list. */
import { api, type Item } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';

type Tag = Item<'GET /tags'> & { id: string };

export default function Tags() {
  const list = useApi('GET /tags', {}, true);
  const why = refusalFor('scorecards.write');
  const remove = async (tag: Tag) => {
    if (!confirm(`Take “${tag.name}” from the list? Calls that have it keep it.`)) return;
    try {
      await api('DELETE /tags/{}', { at: [tag.name] });
      toast('Taken from the list.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  const columns: Column<Tag>[] = [
    { key: 'name', label: 'Tag', phone: 'lead', show: (t) => <strong>{t.name}</strong> },
    {
      key: 'cards',
      label: 'Asked for by',
      show: (t) => t.cards.join(', ') || <span class="note">no scorecard</span>,
    },
    { key: 'calls', label: 'Calls', show: (t) => <a href={to.calls({ tag: t.name })}>Show</a> },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      show: (t) => (
        <Button why={why} kind="quiet" label={`Remove ${t.name}`} onClick={() => void remove(t)}>
          Remove
        </Button>
      ),
    },
  ];
  return (
    <Page title="Tags">
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading the tags" />
      ) : (
        <Panel title="Tags in use">
          {list.data.items.length ? (
            <DataTable
              label="Tags"
              rows={list.data.items.map((t) => ({ ...t, id: t.name }))}
              columns={columns}
            />
          ) : (
            <p class="panel-note">
              No tags yet. A tag is put on a call at its page, or on many in the list of calls; a
              scorecard whose rules ask for it judges the call then.
            </p>
          )}
        </Panel>
      )}
    </Page>
  );
}
