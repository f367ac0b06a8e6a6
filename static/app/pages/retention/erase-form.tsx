/* Forgetting one person: what it takes is shown before it is done, for it cannot be undone. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { AreaField, TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { toast } from '../../ui/toast';

type Found = Reply<'POST /erasures/preview'>;

function Takes({ found }: { found: Found }) {
  const others = found.numbers.length - 1;
  return (
    <p class="note" role="status">
      {found.contact ? `The contact ${found.contact}` : 'No contact'}
      {others > 0 && `, with ${plural(others, 'other number')}`}, and {plural(found.calls, 'call')}{' '}
      with recordings, transcripts, scores and notes will be deleted.
      {found.held > 0 &&
        ` ${plural(found.held, 'call')} under a legal hold ${found.held === 1 ? 'stays' : 'stay'} until it is released.`}{' '}
      What other people said of this person in other calls is not found by a number.
    </p>
  );
}

export function EraseForm({ onClose, saved }: { onClose: () => void; saved: () => void }) {
  const [number, setNumber] = useState('');
  const [reason, setReason] = useState('');
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<ApiError>();
  const ask = async (work: () => Promise<void>) => {
    setError(undefined);
    try {
      await work();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
  };
  const look = () =>
    ask(async () => {
      setFound(await api('POST /erasures/preview', { body: { number } }));
    });
  const erase = () =>
    ask(async () => {
      await api('POST /erasures', { body: { number, reason } });
      toast('It is being erased.');
      saved();
      onClose();
    });
  return (
    <Dialog title="Erase a person" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void (found ? erase() : look());
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <TextField
          label="Phone number"
          name="number"
          required
          value={number}
          onChange={(v) => {
            setNumber(v);
            setFound(undefined);
          }}
          error={error?.fields.number}
          help="Other numbers of their contact are erased with it."
        />
        {found && <Takes found={found} />}
        {found && (
          <AreaField
            label="On which request"
            name="reason"
            required
            value={reason}
            onChange={setReason}
            error={error?.fields.reason}
            help="For instance the number of the letter. Not who it is: this text is kept."
          />
        )}
        <Button type="submit" kind={found ? 'danger' : 'main'}>
          {found ? 'Erase for good' : 'Show what is erased'}
        </Button>
      </form>
    </Dialog>
  );
}
