/* Who tries doors: networks that are blocked, failed sign-ins and refused hooks, and what the service does by itself. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type Item, type Reply } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { ChipMenu } from '../../ui/chip';
import { Confirm } from '../../ui/dialog';
import { count, fullTime, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { BlockDialog } from './block-dialog';
import { Doors } from './doors';
import { Itself } from './itself';
import './threats.css';

type Block = Item<'GET /threats/blocks'>;
export type Seen = Reply<'GET /threats'>;

export default function Threats() {
  const { query, route } = useLocation();
  const days = query.days === '7' ? 7 : 1;
  const seen = useApi('GET /threats', { query: { days } }, true);
  const [network, setNetwork] = useState<string>();
  const [made, setMade] = useState(0);
  const why = refusalFor('people.write');
  return (
    <Page
      title="Threats"
      class="threats"
      actions={
        <Button why={why} onClick={() => setNetwork('')}>
          Block a network
        </Button>
      }
    >
      <Blocks key={made} why={why} />
      <div class="above-list">
        <ChipMenu
          label="Seen in"
          value={String(days)}
          choices={[
            { value: '1', label: 'The last day' },
            { value: '7', label: 'The last week' },
          ]}
          onChange={(value) => route(to.threats({ days: value }))}
        />
      </div>
      {seen.error ? (
        <Failed error={seen.error} retry={seen.reload} />
      ) : !seen.data ? (
        <Loading rows={6} label="Loading what was tried" />
      ) : (
        <>
          <Doors of={seen.data} why={why} block={setNetwork} />
          <Itself of={seen.data} why={why} reload={seen.reload} />
        </>
      )}
      {network !== undefined && (
        <BlockDialog
          network={network}
          onClose={() => setNetwork(undefined)}
          done={() => {
            setNetwork(undefined);
            setMade(made + 1);
          }}
        />
      )}
    </Page>
  );
}

function Blocks({ why }: { why: string | undefined }) {
  const { query } = useLocation();
  const list = useApi('GET /threats/blocks', { query: { limit: 50, cursor: query.cursor } }, true);
  const paging = usePaging(list.data?.next);
  const [lifting, setLifting] = useState<Block>();
  const lift = async (b: Block) => {
    try {
      await api('DELETE /threats/blocks/{}', { at: [b.id] });
      toast(`${b.network} is let in again.`);
    } catch (e) {
      toast((e as Error).message, true);
    }
    setLifting(undefined);
    list.reload();
  };
  const columns: Column<Block>[] = [
    { key: 'network', label: 'Network', phone: 'lead', show: (b) => <strong>{b.network}</strong> },
    { key: 'reason', label: 'Why', class: 'words', show: (b) => b.reason },
    { key: 'by', label: 'By', show: (b) => (b.automatic ? 'Ringsight itself' : b.by_name) },
    {
      key: 'since',
      label: 'Since',
      phone: 'off',
      show: (b) => whenOf(b.created_at, zone.value),
    },
    { key: 'ends', label: 'Ends', show: (b) => fullTime(b.expires_at, zone.value) },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      class: 'acts',
      show: (b) => (
        <Button kind="quiet" why={why} label={`Unblock ${b.network}`} onClick={() => setLifting(b)}>
          Unblock
        </Button>
      ),
    },
  ];
  if (list.error) return <Failed error={list.error} retry={list.reload} />;
  if (!list.data) return <Loading rows={2} label="Loading the blocks" />;
  return (
    <>
      <Panel title="Blocked now">
        {list.data.items.length ? (
          <DataTable label="Blocked networks" rows={list.data.items} columns={columns} />
        ) : (
          <p class="part note">No network is blocked.</p>
        )}
      </Panel>
      <Pager newer={paging.newer} older={paging.older} />
      {lifting && (
        <Confirm
          title="Unblock"
          text={`Let ${lifting.network} in again? Hooks, sessions and keys work from there within seconds.`}
          action="Unblock"
          onYes={() => void lift(lifting)}
          onClose={() => setLifting(undefined)}
        />
      )}
    </>
  );
}

/** A count with a bar beside it, as long as its share of the largest. */
export function Share({ n, most }: { n: number; most: number }) {
  return (
    <span class="threat-share">
      {count(n)}
      <i style={{ width: `${Math.max(2, Math.round((n / most) * 60))}px` }} aria-hidden="true" />
    </span>
  );
}
