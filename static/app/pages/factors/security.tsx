/* What keeps one's own account safe. */
import { Page } from '../../ui/page';
import { AddressPanel } from '../addresses/address-panel';
import { SessionsPanel } from '../sessions/sessions-panel';
import { FactorPanel } from './factor-panel';
import './factors.css';

export default function Security() {
  return (
    <Page title="Security" class="security">
      <AddressPanel />
      <FactorPanel />
      <SessionsPanel />
    </Page>
  );
}
