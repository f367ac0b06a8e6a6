/* The guide to a phone system, with this integration's own address in it. */
import { useRoute } from 'preact-iso';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Markdown } from '../../ui/markdown';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { addressOf } from './shown-address';
import './integrations.css';

export default function GuidePage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  const guide = useApi('GET /integrations/{}/guide', { at: [id] });
  const network = useApi('GET /integrations/{}/network', { at: [id] });
  const above = { href: to.integration(id), label: 'Integration' };
  if (!guide.data || !network.data)
    return (
      <Page title="Guide" above={above}>
        {guide.error ? (
          <Failed error={guide.error} retry={guide.reload} />
        ) : (
          <Loading label="Loading the guide" />
        )}
      </Page>
    );
  const url = addressOf(id);
  const text = guide.data.text
    .replaceAll('{{hook_url}}', url || (guide.data.hook_hint ?? ''))
    .replaceAll('{{secret}}', 'THE-PASSWORD-YOU-CHOSE')
    .replaceAll('{{outgoing}}', network.data.outgoing.join(', ') || 'ask whoever runs this service')
    .replace(/^# .*\n/, '');
  return (
    <Page title={`Guide: ${guide.data.title}`} above={above}>
      {!url && guide.data.hook_hint && (
        <p class="hint">
          The whole address was shown once, when it was made; below it stands shortened. If it is
          lost, make a new one on the integration's page: this guide then has it in full.
        </p>
      )}
      <Panel>
        <div class="part">
          <Markdown text={text} />
        </div>
      </Panel>
    </Page>
  );
}
