/* In which country phone numbers without one are read. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

const names =
  typeof Intl.DisplayNames === 'function'
    ? new Intl.DisplayNames(['en'], { type: 'region' })
    : undefined;
const nameOf = (region: string) => (region ? (names?.of(region) ?? region) : '');

export function NumbersPanel() {
  const why = refusalFor('calls.read');
  const now = useApi(why ? null : 'GET /numbers', {}, true);
  const [region, setRegion] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => setRegion(now.data?.region ?? ''), [now.data?.region]);

  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api('PUT /numbers', { body: { region: region.trim().toUpperCase() } });
      toast('Saved. Numbers of stored calls are read anew in the background.');
      now.reload();
    } catch (e) {
      if (e instanceof ApiError && e.fields.region) setError(e);
      else toast((e as Error).message, true);
    }
    setBusy(false);
  };

  return (
    <Panel title="Phone numbers">
      {why ? (
        <p class="panel-note">{why}</p>
      ) : now.error ? (
        <Failed error={now.error} retry={now.reload} />
      ) : !now.data ? (
        <Loading rows={2} label="Loading where numbers are read" />
      ) : (
        <form
          class="part form"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField
            label="Country of numbers without one"
            name="region"
            value={region}
            placeholder={now.data.of_zone}
            onChange={setRegion}
            error={error?.fields.region}
            help={
              now.data.used
                ? `Two letters, such as IN or GB. Read now as of ${nameOf(now.data.used)}${now.data.region ? '' : `, the country of the time zone ${now.data.zone}`}. A call is found by its number as it was sent and in the international form.`
                : `Two letters, such as IN or GB. The time zone ${now.data.zone} tells no country, so only numbers that begin with a plus have an international form.`
            }
          />
          <div class="actions">
            <Button kind="main" type="submit" why={refusalFor('integrations.write')} busy={busy}>
              Save
            </Button>
          </div>
        </form>
      )}
    </Panel>
  );
}
