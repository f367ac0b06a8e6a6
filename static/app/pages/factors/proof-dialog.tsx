/* Proving once more who one is, by password or code, before the second factor is changed. */
import { useState } from 'preact/hooks';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import type { Proof } from './calls';
import { Refused, useRefusal } from './set-up';

export function ProofDialog({
  title,
  text,
  action,
  danger = false,
  act,
  onClose,
}: {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  act: (proof: Proof) => Promise<unknown>;
  onClose: () => void;
}) {
  const [byCode, setByCode] = useState(false);
  const [value, setValue] = useState('');
  const { refused, busy, attempt } = useRefusal();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="part form"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(() => act(byCode ? { code: value } : { password: value }));
        }}
      >
        <p>{text}</p>
        <Refused by={refused} />
        <TextField
          key={String(byCode)}
          label={byCode ? 'Code of the app' : 'Your password'}
          name={byCode ? 'code' : 'password'}
          type={byCode ? 'text' : 'password'}
          inputmode={byCode ? 'numeric' : 'text'}
          autocomplete={byCode ? 'one-time-code' : 'current-password'}
          required
          focus
          value={value}
          onChange={setValue}
          error={refused[byCode ? 'code' : 'password']}
        />
        <div class="actions">
          <Button
            kind="quiet"
            onClick={() => {
              setByCode(!byCode);
              setValue('');
            }}
          >
            {byCode ? 'By password instead' : 'By a code instead'}
          </Button>
          <Button kind={danger ? 'danger' : 'main'} type="submit" busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
