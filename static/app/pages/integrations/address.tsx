/* The webhook address, shown in full this once, with what to do with it. */
import { CopyField } from '../../ui/copy';
import { Panel } from '../../ui/page';
import { nextSteps } from './words';

export function Address({
  url,
  provider,
  renewed = false,
}: {
  url: string;
  provider: string;
  renewed?: boolean;
}) {
  return (
    <Panel title="Webhook address" class="address">
      <div class="part">
        <CopyField value={url} label="Webhook address" />
        <p class="hint">
          This is the only time the whole address is shown: it is the key to this integration. Keep
          it like a password.
          {renewed && ' The old address no longer works.'}
        </p>
        <h3>Next</h3>
        <ol class="steps">
          {(nextSteps[provider] ?? nextSteps.generic ?? []).map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}
