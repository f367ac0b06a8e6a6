/* The files of a drop folder and what became of them, newest first. */
import { useLocation } from 'preact-iso';
import { api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { DropFile } from '../../api/types';
import { useApi } from '../../api/use-api';
import { usePoll } from '../../api/use-poll';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Chip } from '../../ui/chip';
import { whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { usePaging } from '../../ui/paging';
import { toast } from '../../ui/toast';
import { fileState } from './words';

const columns = (retry: (f: DropFile) => void): Column<DropFile>[] => [
  {
    key: 'name',
    label: 'File',
    phone: 'lead',
    show: (f) => <span class="file-name">{f.name}</span>,
  },
  {
    key: 'state',
    label: 'State',
    phone: 'end',
    show: (f) => <span class={`answer ${fileState(f).tone}`}>{fileState(f).label}</span>,
  },
  { key: 'when', label: 'When', show: (f) => whenOf(f.ended_at ?? f.seen_at, zone.value) },
  { key: 'why', label: 'Why', class: 'wide-cell', show: (f) => f.reason },
  {
    key: 'act',
    label: 'Next',
    show: (f) =>
      f.state === 'skipped' ? (
        <Button
          kind="quiet"
          why={refusalFor('integrations.write')}
          label={`Take it all the same: ${f.name}`}
          onClick={() => retry(f)}
        >
          Take it all the same
        </Button>
      ) : f.call_id ? (
        <a href={to.call(f.call_id)}>See the call</a>
      ) : f.state === 'failed' ? (
        <Button
          kind="quiet"
          why={refusalFor('integrations.write')}
          label={`Try again: ${f.name}`}
          onClick={() => retry(f)}
        >
          Try again
        </Button>
      ) : null,
  },
];

export function FilesPanel({ folder }: { folder: string }) {
  const { query, route, path } = useLocation();
  const failed = query.state === 'failed';
  const list = useApi(
    'GET /drop-files',
    {
      query: {
        folder,
        limit: 50,
        ...(failed ? { state: 'failed' as const } : {}),
        ...(query.cursor ? { cursor: query.cursor } : {}),
      },
    },
    true,
  );
  const paging = usePaging(list.data?.next);
  usePoll(5_000, list.reload);
  const retry = (f: DropFile) => {
    api('POST /drop-files/{}/retry', { at: [f.id] }).then(
      () => {
        toast('It is taken again.');
        list.reload();
      },
      (e: Error) => toast(e.message, true),
    );
  };
  return (
    <Panel
      title="Files"
      side={
        <Chip
          label="Failed only"
          on={failed}
          onChange={(on) => route(on ? `${path}?state=failed` : path)}
        />
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading files" />
      ) : list.data.items.length === 0 ? (
        <Empty>{failed ? 'No file has failed.' : 'No file has been seen yet.'}</Empty>
      ) : (
        <DataTable label="Files" rows={list.data.items} columns={columns(retry)} />
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </Panel>
  );
}
