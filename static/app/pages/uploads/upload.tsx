/* Recordings from this computer: drop them, say whose they are, watch them become calls. */
import { useRef, useState } from 'preact/hooks';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import { bytes } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { Page, Panel } from '../../ui/page';
import { directionChoices } from '../calls/filters';
import { add, entries, pause, remove, resume, unfinished, type Entry, type Meta } from './queue';
import './uploads.css';

export default function UploadPage() {
  const agents = useApi('GET /agents', { query: { limit: 100 } });
  const [meta, setMeta] = useState<Meta>({ agent: '', direction: 'inbound', started_at: '' });
  const why = refusalFor('uploads.write');
  const left = unfinished();
  const instant = meta.started_at ? new Date(meta.started_at).toISOString() : '';

  return (
    <Page title="Upload calls" above={{ href: to.calls(), label: 'Calls' }}>
      <div class="upload-grid">
        <div>
          <Drop why={why} take={(files) => add(files, { ...meta, started_at: instant })} />
          {left.length > 0 && (
            <p class="hint" role="status">
              Not finished: {left.join(', ')}. Choose{' '}
              {left.length === 1 ? 'the same file' : 'the same files'} again to go on where it
              stopped.
            </p>
          )}
          {entries.value.length > 0 && (
            <Panel title="Files">
              <ul class="uploads">
                {entries.value.map((e) => (
                  <Row key={e.id} entry={e} />
                ))}
              </ul>
            </Panel>
          )}
        </div>
        <Panel title="About these calls">
          <div class="form part">
            <SelectField
              label="Agent"
              name="agent"
              value={meta.agent}
              onChange={(agent) => setMeta({ ...meta, agent })}
              choices={[
                { value: '', label: 'Not known' },
                ...(agents.data?.items ?? []).map((a) => ({ value: a.id, label: a.name })),
              ]}
            />
            <SelectField
              label="Direction"
              name="direction"
              value={meta.direction}
              required
              choices={directionChoices}
              onChange={(direction) => setMeta({ ...meta, direction })}
            />
            <TextField
              label="Began"
              name="started_at"
              type="datetime-local"
              value={meta.started_at}
              onChange={(started_at) => setMeta({ ...meta, started_at })}
              help="Left empty: the time the file was last changed."
            />
            <p class="field-help">Applies to the files added from now on.</p>
          </div>
        </Panel>
      </div>
    </Page>
  );
}

function Drop({ take, why }: { take: (files: File[]) => void; why: string | undefined }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      class={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        if (!why) setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!why) take([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <p class="drop-title">Drop recordings here</p>
      <p class="note">
        WAV, MP3, Ogg or Opus, up to 512 MB each. Two channels give the best attribution.
      </p>
      <input
        ref={input}
        type="file"
        multiple
        accept=".wav,.mp3,.ogg,.opus,audio/*"
        hidden
        aria-label="Recordings"
        onChange={(event) => {
          take([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <Button kind="main" why={why} onClick={() => input.current?.click()}>
        <Icon name="upload" />
        Choose files
      </Button>
    </div>
  );
}

function Row({ entry: e }: { entry: Entry }) {
  const part = e.file.size ? Math.min(100, Math.floor((e.sent / e.file.size) * 100)) : 0;
  return (
    <li class={`upload ${e.state}`}>
      <div class="upload-text">
        <strong>{e.file.name}</strong>
        <p class={e.state === 'failed' ? 'bad-ink' : 'note'} role="status">
          {words(e, part)}
        </p>
        {(e.state === 'sending' || e.state === 'paused') && (
          <progress max={100} value={part} aria-label={`Upload of ${e.file.name}`} />
        )}
      </div>
      <div class="actions">
        {e.state === 'sending' && <Button onClick={() => pause(e)}>Pause</Button>}
        {e.state === 'paused' && <Button onClick={() => resume(e)}>Go on</Button>}
        {e.state === 'failed' && e.tus && <Button onClick={() => resume(e)}>Try again</Button>}
        {e.call && (
          <a class="button plain" href={to.call(e.call)}>
            Open the call
          </a>
        )}
        <Button kind="quiet" label={`Remove ${e.file.name}`} onClick={() => remove(e)}>
          <Icon name="close" />
        </Button>
      </div>
    </li>
  );
}

function words(e: Entry, part: number): string {
  const size = bytes(e.file.size);
  if (e.state === 'failed') return e.reason ?? 'Failed.';
  if (e.state === 'waiting') return `${size}, starting`;
  if (e.state === 'paused') return `${part} % of ${size}, paused`;
  if (e.state === 'sending')
    return `${part} % of ${size}${e.resumed ? ', going on where it stopped' : ''}`;
  return e.call ? `${size}, received. The score follows by itself.` : `${size}, received.`;
}
