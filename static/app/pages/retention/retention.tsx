/* How long what is kept: the rules, legal holds, people erased on request, and what was deleted. */
import { useState } from 'preact/hooks';
import { api, type Item } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { bytes, capital, count, fullTime, plural } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { EraseForm } from './erase-form';
import { Erasures } from './erasures';
import { HoldForm } from './hold-form';
import { RuleForm, wordsOf } from './rule-form';

type Rule = Item<'GET /retention-rules'>;
type Hold = Item<'GET /legal-holds'>;
type Deletion = Item<'GET /deletions'>;

const onWhat = (h: Hold) =>
  h.kind === 'tenant'
    ? 'Everything'
    : h.kind === 'number'
      ? (h.number ?? '')
      : h.kind === 'agent'
        ? (h.agent_name ?? 'An agent who was removed')
        : 'One call';

function took(d: Deletion): string {
  return (
    [
      d.calls && plural(d.calls, 'call'),
      d.recordings && plural(d.recordings, 'recording'),
      d.transcripts && plural(d.transcripts, 'transcript'),
      d.contacts && plural(d.contacts, 'contact'),
      d.hooks && plural(d.hooks, 'hook'),
    ]
      .filter(Boolean)
      .join(', ') || 'Nothing'
  );
}

const deletions: Column<Deletion>[] = [
  { key: 'day', label: 'Last', phone: 'end', show: (d) => fullTime(d.last_at, zone.value) },
  { key: 'took', label: 'Deleted', phone: 'lead', show: (d) => <strong>{took(d)}</strong> },
  {
    key: 'files',
    label: 'Files',
    show: (d) =>
      `${count(d.files)} (${bytes(d.bytes)})${d.files_waiting ? `, ${count(d.files_waiting)} still to go` : ''}`,
  },
  {
    key: 'rule',
    label: 'Why',
    show: (d) =>
      d.kind === 'person'
        ? 'On request'
        : `${capital(d.kind)} after ${plural(d.rule.days ?? 0, 'day')}`,
  },
];

export default function Retention() {
  const rules = useApi('GET /retention-rules', { query: { limit: 100 } });
  const holds = useApi('GET /legal-holds', { query: { limit: 100 } });
  const gone = useApi('GET /deletions', { query: { limit: 50 } });
  const erased = useApi('GET /erasures', { query: { limit: 50 } });
  const [form, setForm] = useState<'rule' | 'hold' | 'erase'>();
  const why = refusalFor('retention.write');
  const act = async (work: () => Promise<unknown>, said: string) => {
    try {
      await work();
      toast(said);
    } catch (e) {
      toast((e as Error).message, true);
    }
    rules.reload();
    holds.reload();
    gone.reload();
    erased.reload();
  };
  const ruleColumns: Column<Rule>[] = [
    { key: 'what', label: 'What', phone: 'lead', show: (r) => <strong>{capital(r.kind)}</strong> },
    {
      key: 'days',
      label: 'Kept',
      phone: 'more',
      show: (r) => (r.days === null ? 'for ever' : plural(r.days, 'day')),
    },
    { key: 'where', label: 'Of', show: wordsOf },
    { key: 'by', label: 'By', phone: 'off', show: (r) => r.by_name },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      show: (r) => (
        <Button
          why={why}
          label={`End the rule for ${r.kind}`}
          onClick={() =>
            void act(() => api('DELETE /retention-rules/{}', { at: [r.id] }), 'The rule has ended.')
          }
        >
          End
        </Button>
      ),
    },
  ];
  const holdColumns: Column<Hold>[] = [
    { key: 'on', label: 'On', phone: 'lead', show: (h) => <strong>{onWhat(h)}</strong> },
    { key: 'reason', label: 'Why', class: 'words', show: (h) => h.reason },
    { key: 'by', label: 'By', phone: 'off', show: (h) => h.by_name },
    {
      key: 'until',
      label: 'Until',
      show: (h) =>
        h.released_at
          ? `released by ${h.released_by ?? ''} ${fullTime(h.released_at, zone.value)}`
          : h.until
            ? fullTime(h.until, zone.value)
            : 'it is released',
    },
    {
      key: 'acts',
      label: 'Change',
      phone: 'end',
      show: (h) =>
        h.in_force ? (
          <Button
            why={why}
            label={`Release the hold on ${onWhat(h)}`}
            onClick={() =>
              void act(
                () => api('DELETE /legal-holds/{}', { at: [h.id] }),
                'Released. What is due goes within the hour.',
              )
            }
          >
            Release
          </Button>
        ) : (
          <span class="note">over</span>
        ),
    },
  ];
  const failed = rules.error ?? holds.error ?? gone.error ?? erased.error;
  return (
    <Page
      title="Retention"
      actions={
        <>
          <Button why={why} onClick={() => setForm('erase')}>
            Erase a person
          </Button>
          <Button why={why} onClick={() => setForm('hold')}>
            Add a legal hold
          </Button>
          <Button kind="main" why={why} onClick={() => setForm('rule')}>
            Add a rule
          </Button>
        </>
      }
    >
      {failed ? (
        <Failed error={failed} retry={rules.reload} />
      ) : !rules.data || !holds.data || !gone.data || !erased.data ? (
        <Loading label="Loading the rules" />
      ) : (
        <>
          <Panel title="Rules">
            {rules.data.items.length ? (
              <DataTable label="Rules" rows={rules.data.items} columns={ruleColumns} />
            ) : (
              <p class="panel-note">
                No rule: everything is kept for ever, hooks as they came for 90 days.
              </p>
            )}
          </Panel>
          <Panel title="Legal holds">
            {holds.data.items.length ? (
              <DataTable label="Legal holds" rows={holds.data.items} columns={holdColumns} />
            ) : (
              <p class="panel-note">No hold: what is due goes within the hour.</p>
            )}
          </Panel>
          {erased.data.items.length > 0 && (
            <Panel title="People erased">
              <Erasures
                rows={erased.data.items}
                why={why}
                goOn={(e) =>
                  void act(() => api('POST /erasures/{}/run', { at: [e.id] }), 'It goes on.')
                }
              />
            </Panel>
          )}
          <Panel
            title="Deleted"
            side={
              rules.data.items.length > 0 && (
                <Button
                  why={why}
                  onClick={() =>
                    void act(
                      () => api('POST /retention-rules/run', {}),
                      'What is due is being deleted.',
                    )
                  }
                >
                  Delete what is due now
                </Button>
              )
            }
          >
            {gone.data.items.length ? (
              <DataTable label="Deleted" rows={gone.data.items} columns={deletions} />
            ) : (
              <p class="panel-note">No rule has deleted anything yet.</p>
            )}
          </Panel>
        </>
      )}
      {form === 'rule' && <RuleForm onClose={() => setForm(undefined)} saved={rules.reload} />}
      {form === 'erase' && (
        <EraseForm
          onClose={() => setForm(undefined)}
          saved={() => {
            erased.reload();
            gone.reload();
          }}
        />
      )}
      {form === 'hold' && <HoldForm onClose={() => setForm(undefined)} saved={holds.reload} />}
    </Page>
  );
}
