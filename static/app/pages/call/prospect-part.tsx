/* What the customer wants, told, felt and objected to, and what should happen next. */
import type { Analysis, Point } from '../../api/types';
import { useLive } from '../../api/live';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Facts } from '../../ui/page';
import { shownValue, typeWord } from '../customers/words';
import { Points, Quotes, Section, spoken } from './points';
import { Quote } from './quote';

export function NextStep({ analysis: a, audible }: { analysis: Analysis; audible: boolean }) {
  if (!a.next_action) return null;
  return (
    <Section title="Next step">
      <p>{a.next_action.detail}</p>
      <Quotes point={a.next_action} audible={audible} />
    </Section>
  );
}

const levels: Record<string, string> = {
  LOW: 'Low',
  MEDIUM: 'Medium',
  HIGH: 'High',
  URGENT: 'Urgent',
};

function Risk({ title, risk }: { title: string; risk: Point | null }) {
  if (!risk?.level) return null;
  const loud = risk.level === 'HIGH' || risk.level === 'URGENT';
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <strong class={loud ? 'bad-ink' : ''}>{levels[risk.level]}</strong>
        <span class="note"> {risk.detail}</span>
      </dd>
    </div>
  );
}

export function Customer({
  analysis: a,
  call,
  audible,
}: {
  analysis: Analysis;
  call: string;
  audible: boolean;
}) {
  const intents = useIntents(a, call);
  return (
    <>
      {(intents.length > 0 || a.churn_risk || a.urgency) && (
        <Section title="Customer">
          <dl class="facts rows">
            {intents.length > 0 && (
              <div>
                <dt>Wants</dt>
                <dd>{intents.join(', then ')}</dd>
              </div>
            )}
            <Risk title="Risk of leaving" risk={a.churn_risk} />
            <Risk title="Deal at risk" risk={a.deal_risk} />
            <Risk title="Priority" risk={a.urgency} />
          </dl>
        </Section>
      )}
      <Told call={call} audible={audible} />
      {a.lead_quality !== null && a.conversion_bp !== null && (
        <Section title="Lead">
          <Facts
            class="rows"
            items={[
              ['Quality', `${a.lead_quality} of 100`],
              ['Chance of a sale', `${Math.round(a.conversion_bp / 100)} %`],
            ]}
          />
          <p class="note">Counted from what was said and agreed; not a forecast.</p>
        </Section>
      )}
      <Points title="Objections" points={a.objections} audible={audible} />
    </>
  );
}

/** The tenant's names of why the customer called; the engine's own words until they were weighed. */
function useIntents(a: Analysis, call: string): string[] {
  const of = useApi('GET /calls/{}/intent', { at: [call] }, true);
  const all = useApi('GET /intents', {});
  useLive((n) => n.object === call, of.reload);
  const own = [of.data?.primary_intent, of.data?.secondary_intent].filter((i) => Boolean(i));
  const codes = own.length ? own : [a.primary_intent, a.secondary_intent].filter((i) => i !== null);
  return codes.map((c) => all.data?.items.find((i) => i.code === c)?.name ?? spoken(c ?? ''));
}

/** What the call told by the tenant's fields; a value that cannot be read stands as it was said. */
function Told({ call, audible }: { call: string; audible: boolean }) {
  const found = useApi('GET /calls/{}/fields', { at: [call], query: { limit: 100 } }, true);
  const schema = useApi('GET /customer-fields', {});
  useLive((n) => n.object === call, found.reload);
  const fields = schema.data?.fields ?? [];
  const told = found.data?.items ?? [];
  const missing = fields.filter((f) => f.required && !told.some((x) => x.key === f.key));
  if (!told.length || !schema.data) return null;
  const place = (key: string) => fields.findIndex((f) => f.key === key) >>> 0;
  return (
    <Section title="Told of themselves">
      <dl class="facts rows told">
        {[...told]
          .sort((x, y) => place(x.key) - place(y.key))
          .map((x) => {
            const f = fields.find((y) => y.key === x.key);
            return (
              <div key={x.key}>
                <dt>{f?.label ?? x.key}</dt>
                <dd>
                  {x.value === null ? (
                    <span class="note">said, not read as {typeWord(f?.type)}</span>
                  ) : (
                    x.value !== x.spans[0]?.words && <strong>{shownValue(x.value)}</strong>
                  )}
                  {x.spans[0] ? <Quote span={x.spans[0]} audible={audible} /> : ` “${x.said}”`}
                </dd>
              </div>
            );
          })}
      </dl>
      {missing.length > 0 && (
        <p class="note">Not told: {missing.map((f) => f.label).join(', ')}.</p>
      )}
    </Section>
  );
}

export function Journey({ emotions, audible }: { emotions: Point[]; audible: boolean }) {
  if (!emotions.length) return null;
  return (
    <ol class="journey" aria-label="Feelings put into words, in order of time">
      {emotions.map((e) => (
        <li
          key={`${e.name}-${e.spans[0]?.start_ms}`}
          class={e.owner === 'AGENT' ? 'agent' : 'customer'}
        >
          <strong>{spoken(e.name)}</strong>
          <span class="note"> {e.detail}</span>
          {e.spans[0] && <Quote span={e.spans[0]} audible={audible} />}
        </li>
      ))}
    </ol>
  );
}

export function Trackers({ call, audible }: { call: string; audible: boolean }) {
  const found = useApi('GET /calls/{}/trackers', { at: [call] }, true);
  const said = found.data?.items.filter((t) => t.count > 0) ?? [];
  if (!said.length) return null;
  return (
    <Section title="Trackers">
      <ul class="points brief">
        {said.map((t) => (
          <li key={t.id}>
            <p>
              <a href={to.tracker(t.id)}>{t.name}</a>
              <span class="note"> {t.count === 1 ? 'once' : `${t.count} times`}</span>
            </p>
            <div class="quotes">
              {t.spans.slice(0, 6).map((s) => (
                <Quote key={`${s.turn}-${s.first}`} span={s} audible={audible} />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
