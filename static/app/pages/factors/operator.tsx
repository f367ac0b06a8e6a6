/* The same for the operator's own account. */
import { OperatorFrame } from '../../shell/operator';
import { Page } from '../../ui/page';
import { SessionsPanel } from '../sessions/sessions-panel';
import { FactorPanel } from './factor-panel';
import './factors.css';

export default function OperatorSecurity() {
  return (
    <OperatorFrame>
      <Page title="Security" class="security">
        <FactorPanel operator />
        <SessionsPanel operator />
      </Page>
    </OperatorFrame>
  );
}
