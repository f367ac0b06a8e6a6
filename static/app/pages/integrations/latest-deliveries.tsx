/* What this integration delivered last, as it comes. */
import { useLive } from '../../api/live';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DeliveryTable } from '../inbox/delivery-table';

export function LatestDeliveries({ id }: { id: string }) {
  const deliveries = useApi('GET /deliveries', { query: { integration: id, limit: 10 } }, true);
  useLive(
    (n) => n.kind === 'call.created' || n.kind === 'replay.updated' || n.object === id,
    deliveries.reload,
  );
  return (
    <Panel
      title="Latest deliveries"
      side={<a href={to.deliveries({ integration: id })}>All deliveries</a>}
    >
      {deliveries.error ? (
        <Failed error={deliveries.error} retry={deliveries.reload} />
      ) : !deliveries.data ? (
        <Loading rows={3} label="Loading deliveries" />
      ) : deliveries.data.items.length ? (
        <DeliveryTable rows={deliveries.data.items} own />
      ) : (
        <p class="panel-note">Nothing has arrived at this address yet.</p>
      )}
    </Panel>
  );
}
