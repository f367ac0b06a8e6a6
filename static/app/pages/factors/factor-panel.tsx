/* One's own second factor: whether there is one, and what can be done about it. */
import { useState } from 'preact/hooks';
import { useApi } from '../../api/use-api';
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { dateOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { PasskeysPanel } from '../passkeys/passkeys-panel';
import { factorCalls } from './calls';
import { ProofDialog } from './proof-dialog';
import { RecoveryCodes } from './recovery-codes';
import { SetUp } from './set-up';

export function FactorPanel({ operator = false }: { operator?: boolean }) {
  const state = useApi(operator ? 'GET /platform/second-factor' : 'GET /second-factor', {}, true);
  const calls = factorCalls(operator);
  const [open, setOpen] = useState<'set-up' | 'renew' | 'remove'>();
  const [codes, setCodes] = useState<string[]>();
  const close = () => {
    setOpen(undefined);
    setCodes(undefined);
    state.reload();
  };
  if (state.error)
    return (
      <Panel title="Second factor">
        <Failed error={state.error} retry={state.reload} />
      </Panel>
    );
  if (!state.data)
    return (
      <Panel title="Second factor">
        <Loading rows={2} label="Loading your second factor" />
      </Panel>
    );
  const { since, app_since: app, recovery_codes_left: left } = state.data;
  return (
    <>
      <Panel title={`Second factor: ${since ? 'on' : 'off'}`}>
        <div class="part form">
          {since ? (
            <>
              <p>
                {app
                  ? `Since ${dateOf(app, zone.value)}, signing in asks for a code of your authenticator app.`
                  : 'Signing in asks for one of your passkeys.'}
              </p>
              <p class={left < 3 ? 'form-error' : 'note'}>
                {left === 0
                  ? 'No recovery code is left.'
                  : `${left} of 10 recovery codes are left.`}
                {left < 3 && ' Make new ones, or a lost device locks you out.'}
              </p>
              <div class="actions">
                <Button onClick={() => setOpen('renew')}>New recovery codes</Button>
                {app ? (
                  <Button kind="danger" onClick={() => setOpen('remove')}>
                    Remove
                  </Button>
                ) : (
                  <Button onClick={() => setOpen('set-up')}>Set up an app too</Button>
                )}
              </div>
            </>
          ) : (
            <>
              <p>
                With it, a password alone opens nothing: signing in also asks for a code that an app
                on your phone shows.
              </p>
              <div class="actions">
                <Button kind="main" onClick={() => setOpen('set-up')}>
                  Set up
                </Button>
              </div>
            </>
          )}
        </div>
        {open === 'set-up' && (
          <Dialog title="Set up an authenticator app" onClose={close}>
            <SetUp calls={calls} done={close} />
          </Dialog>
        )}
        {open === 'renew' && !codes && (
          <ProofDialog
            title="New recovery codes"
            text="Ten new codes take the place of all earlier ones, which do not hold any more."
            action="Make new codes"
            act={async (proof) => setCodes((await calls.renew(proof)).recovery_codes)}
            onClose={close}
          />
        )}
        {open === 'renew' && codes && (
          <Dialog title="New recovery codes" onClose={close}>
            <RecoveryCodes codes={codes} done={close} />
          </Dialog>
        )}
        {open === 'remove' && (
          <ProofDialog
            title="Remove the authenticator app?"
            text="Signing in will ask for a passkey, or for your password alone where you have none; then the recovery codes end too."
            action="Remove"
            danger
            act={async (proof) => {
              await calls.remove(proof);
              toast('The authenticator app is removed.');
              close();
            }}
            onClose={close}
          />
        )}
      </Panel>
      <PasskeysPanel operator={operator} changed={state.reload} />
    </>
  );
}
