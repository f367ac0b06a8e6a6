/* For firewalls: which addresses we call from, and which inner networks we may call for this system. */
import type { IntegrationFull } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Facts, Panel } from '../../ui/page';

export function NetworkPanel({ of }: { of: IntegrationFull }) {
  const network = useApi('GET /integrations/{}/network', { at: [of.id] });
  const n = network.data;
  if (!n) return null;
  return (
    <Panel title="Network" class="network">
      <div class="part">
        <Facts
          class="rows"
          items={[
            [
              'We call from',
              n.outgoing.length ? (
                <code>{n.outgoing.join(', ')}</code>
              ) : (
                'Not named. Ask whoever runs this service, before you open a firewall for it: they name the addresses with RINGSIGHT_OUTGOING_ADDRESSES.'
              ),
            ],
            [
              'Inner networks',
              n.allowed.length ? (
                <>
                  Allowed by the operator for {n.use}: <code>{n.allowed.join(', ')}</code>
                </>
              ) : (
                `None. A phone system with an inner address is not called, unless the operator allows its network for ${n.use} with RINGSIGHT_EGRESS_ALLOW.`
              ),
            ],
          ]}
        />
      </div>
    </Panel>
  );
}
