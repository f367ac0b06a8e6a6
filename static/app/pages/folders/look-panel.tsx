/* What a look into a drop folder sees and what the names tell: tried without taking anything. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { zone } from '../../api/session';
import type { DropFolderFull } from '../../api/types';
import { usePoll } from '../../api/use-poll';
import { Button } from '../../ui/button';
import { count, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { Sheets } from './sheets';

type Seen = NonNullable<DropFolderFull['look']>['sample'][number];

function told(s: Seen): string {
  const parts = [
    s.agent && `agent ${s.agent}`,
    s.number && `number ${s.number}`,
    s.id && `id ${s.id}`,
    s.direction,
    s.started_at && `began ${whenOf(s.started_at, zone.value)}`,
  ].filter(Boolean);
  return parts.join(', ');
}

function whatIsSaid(s: Seen, pattern: string): string {
  if (s.waits) return s.waits;
  if (s.sheet) return `${told(s)} (${s.sheet})`;
  if (s.fits) return told(s);
  return pattern ? 'The name does not fit the pattern.' : '';
}

export function LookPanel({
  of,
  why,
  reload,
}: {
  of: DropFolderFull;
  why: string | undefined;
  reload: () => void;
}) {
  const [since, setSince] = useState<string | null>();
  const waiting = since !== undefined && since === of.looked_at;
  usePoll(waiting ? 1_000 : 10_000, reload);
  const look = (only: boolean) => {
    setSince(of.looked_at);
    api('POST /drop-folders/{}/look', { at: [of.id], body: { only } }).then(
      () => {
        if (!only) toast('It is looked into. What lies still is taken.');
        reload();
      },
      (e: Error) => {
        setSince(undefined);
        toast(e.message, true);
      },
    );
  };
  return (
    <Panel title="What is there">
      <div class="part form">
        <div class="actions">
          <Button why={why} busy={waiting} onClick={() => look(true)}>
            Test: only look
          </Button>
          {/* Never busy: a press while a look runs adds one more, which sees what came since. */}
          <Button why={why} onClick={() => look(false)}>
            Look and take
          </Button>
        </div>
        {of.look?.error ? (
          <p class="form-error" role="alert">
            {of.look.error}
          </p>
        ) : (
          of.look && (
            <p class="field-help" role="status">
              {of.looked_at && `Looked ${whenOf(of.looked_at, zone.value)}: `}
              {of.look.files === 0
                ? 'no file to take.'
                : `${count(of.look.files)}${of.look.more ? ' or more' : ''} files.`}
            </p>
          )
        )}
        <Sheets sheets={of.look?.sheets ?? []} />
        {of.look && of.look.sample.length > 0 && (
          <ul class="polls">
            {of.look.sample.slice(0, 10).map((s) => (
              <li key={s.name}>
                <span class="file-name">{s.name}</span>{' '}
                <span class="note">{whatIsSaid(s, of.pattern)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
