/* The webhook address, shown in full this once, with what to do with it. */
import { to } from '../../routes';
import { CopyField } from '../../ui/copy';
import { Panel } from '../../ui/page';
import { SetupFile } from './setup-file';
import { nextSteps } from './words';

export function Address({
  id,
  url,
  provider,
  renewed = false,
}: {
  id: string;
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
        <SetupFile id={id} provider={provider} url={url} />
        <h3>
          Next, in short; <a href={to.guide(id)}>the guide</a> has it step by step
        </h3>
        <ol class="steps">
          {(nextSteps[provider] ?? nextSteps.generic ?? []).map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}
