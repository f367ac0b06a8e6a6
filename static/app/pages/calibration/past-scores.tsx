/* Scores that people gave before, from a table. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { plural } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';

export function PastScores({ id, done }: { id: string; done: () => void }) {
  const [error, setError] = useState('');
  const [forgetting, setForgetting] = useState(false);
  const why = refusalFor('reviews.write');
  const take = async (file: File | undefined) => {
    if (!file) return;
    setError('');
    try {
      const { imported } = await api('POST /scorecards/{}/past-scores', {
        at: [id],
        body: { text: await file.text() },
      });
      toast(`${plural(imported, 'score')} imported.`);
      done();
    } catch (e) {
      setError(e instanceof ApiError ? (e.fields.text ?? e.message) : String(e));
    }
  };
  const forget = async () => {
    setForgetting(false);
    try {
      await api('DELETE /scorecards/{}/past-scores', { at: [id] });
      done();
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  return (
    <Panel title="Past scores">
      <div class="form part">
        <div class="field">
          <label for="past-file">CSV file</label>
          <input
            id="past-file"
            type="file"
            accept=".csv,text/csv"
            disabled={Boolean(why)}
            onChange={(event) => {
              void take(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
          {error && (
            <p class="field-error" role="alert">
              {error}
            </p>
          )}
          <p class="field-help">
            Columns: call (its id here, or the phone system’s), rater, score (0 to 100), and one for
            each question under its key. A known rater and call is replaced; with a fault in any row
            nothing is taken.
          </p>
        </div>
        <div class="actions">
          <Button why={why} onClick={() => setForgetting(true)}>
            Forget all past scores
          </Button>
        </div>
      </div>
      {forgetting && (
        <Confirm
          title="Forget all past scores of this card?"
          text="Reviews made here stay."
          action="Forget them"
          onYes={() => void forget()}
          onClose={() => setForgetting(false)}
        />
      )}
    </Panel>
  );
}
