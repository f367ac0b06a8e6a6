/* Reading one delivery again; where its phone system has several parsers, by the one that is chosen. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { toast } from '../../ui/toast';
import { ParserChoice } from './read-again';

export function ReadOne({
  id,
  provider,
  started,
}: {
  id: string;
  provider: string;
  started: (replay: string) => void;
}) {
  const providers = useApi('GET /providers');
  const parsers = providers.data?.items.find((p) => p.slug === provider)?.parsers ?? [];
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const newest = String(parsers[0]?.version ?? '');
  const [chosen, setChosen] = useState('');
  const version = chosen || newest;
  const start = async () => {
    setBusy(true);
    try {
      const body = version === newest ? {} : { parser: Number(version) };
      started((await api('POST /deliveries/{}/replay', { at: [id], body })).id);
      setOpen(false);
      toast('It is being read again.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };
  return (
    <>
      <Button
        why={refusalFor('integrations.write')}
        busy={busy || (!providers.data && !providers.error)}
        onClick={() => (parsers.length > 1 ? setOpen(true) : void start())}
      >
        Read again
      </Button>
      {open && (
        <Confirm
          title="Read this delivery again?"
          action="Read again"
          busy={busy}
          onClose={() => setOpen(false)}
          onYes={() => void start()}
          text="It is read with today's settings. What it tells now takes the place of what it told before; nothing is doubled. A call that nothing tells of any more is removed with its recordings."
        >
          <div class="dialog-choice">
            <ParserChoice parsers={parsers} value={version} onChange={setChosen} />
          </div>
        </Confirm>
      )}
    </>
  );
}
