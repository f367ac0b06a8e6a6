/* The question before deliveries are read again, with the filters that are set. */
import { useState } from 'preact/hooks';
import { api, type Body, type Reply } from '../../api/client';
import { refusalFor } from '../../api/session';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { SelectField } from '../../ui/field';
import { toast } from '../../ui/toast';

type Ask = Body<'POST /replays'>;
export type Parsers = Reply<'GET /providers'>['items'][number]['parsers'];

/** Which version of the parser: only where there is something to choose. */
export function ParserChoice({
  parsers,
  value,
  onChange,
}: {
  parsers: Parsers;
  value: string;
  onChange: (value: string) => void;
}) {
  if (parsers.length < 2)
    return (
      <p class="note">
        By version {parsers[0]?.version} of the parser, the only one that this phone system has.
      </p>
    );
  return (
    <SelectField
      label="Parser"
      name="parser"
      required
      value={value}
      onChange={onChange}
      choices={parsers.map((p) => ({
        value: String(p.version),
        label: `Version ${p.version}: ${p.what}`,
      }))}
    />
  );
}

/** parsers: of the phone system that is filtered by; without, each is read by its newest. */
export function ReadAgain({
  ask,
  what,
  parsers,
  started,
}: {
  ask: Ask;
  what: string;
  parsers: Parsers | undefined;
  started: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [version, setVersion] = useState('');
  const newest = String(parsers?.[0]?.version ?? '');
  const chosen = parsers?.some((p) => String(p.version) === version) ? version : newest;
  const start = async () => {
    setBusy(true);
    try {
      await api('POST /replays', {
        body: { ...ask, ...(chosen !== newest && { parser: Number(chosen) }) },
      });
      setOpen(false);
      started();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };
  return (
    <>
      <Button why={refusalFor('integrations.write')} onClick={() => setOpen(true)}>
        Read again
      </Button>
      {open && (
        <Confirm
          title={`Read ${what} again?`}
          action="Read again"
          busy={busy}
          onClose={() => setOpen(false)}
          onYes={() => void start()}
          text={`Each is read with today's settings${parsers ? '' : ' and parser'}, at low priority beside live calls. What it tells now takes the place of what it told before; nothing is doubled. A call that nothing tells of any more is removed with its recordings.`}
        >
          {parsers && (
            <div class="dialog-choice">
              <ParserChoice parsers={parsers} value={chosen} onChange={setVersion} />
            </div>
          )}
        </Confirm>
      )}
    </>
  );
}
