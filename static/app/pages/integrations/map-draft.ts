/* A field map as the form holds it, and back. What the form does not show (rules for other directions,
 * say) is kept as it was. */

export interface Rule {
  from: string;
  const: string;
  table: string;
  other: string;
  form: string;
  zone: string;
  /** Of calls that go out, where it comes from something else. */
  out: string;
  rest: Record<string, unknown>;
}
export interface Draft {
  unwrap: string;
  each: string;
  zone: string;
  onlyFrom: string;
  onlyIs: string;
  rules: Record<string, Rule>;
}

type Json = Record<string, unknown>;
const text = (v: unknown) => (typeof v === 'string' ? v : '');
const list = (v: unknown) => (Array.isArray(v) ? v.filter((x) => typeof x === 'string') : []);
const names = (v: unknown) => (typeof v === 'string' ? v : list(v).join(', '));
const asNames = (typed: string) => {
  const all = typed
    .split(',')
    .map((n) => n.trim())
    .filter(Boolean);
  return all.length > 1 ? all : all[0];
};
const object = (v: unknown): Json =>
  v && typeof v === 'object' && !Array.isArray(v) ? (v as Json) : {};

const empty = (): Rule => ({
  from: '',
  const: '',
  table: '',
  other: '',
  form: '',
  zone: '',
  out: '',
  rest: {},
});

export function toDraft(map: unknown, fields: string[]): Draft {
  const m = object(map);
  const only = object(m.only);
  const draft: Draft = {
    unwrap: text(m.unwrap),
    each: text(m.each),
    zone: text(m.zone),
    onlyFrom: names(only.from),
    onlyIs: names(only.is),
    rules: {},
  };
  for (const field of fields) {
    const {
      from,
      const: fixed,
      table,
      else: other,
      time,
      unit,
      zone,
      outbound,
      ...rest
    } = object(object(m.fields)[field]);
    draft.rules[field] = {
      ...empty(),
      from: names(from),
      const: text(fixed),
      table: Object.entries(object(table))
        .map(([k, v]) => `${k} = ${text(v)}`)
        .join('\n'),
      other: text(other),
      form: text(time) || text(unit),
      zone: text(zone),
      out: names(object(outbound).from),
      rest: outbound && !object(outbound).from ? { ...rest, outbound } : rest,
    };
  }
  return draft;
}

function ruleOf(r: Rule, kind: string): Json | undefined {
  const rule: Json = { ...r.rest };
  const put = (key: string, value: unknown) => {
    if (value !== undefined && value !== '') rule[key] = value;
  };
  put('from', asNames(r.from));
  put('const', r.const.trim());
  const lines = r.table
    .split('\n')
    .map((l) => l.split('='))
    .filter((l) => l[0]?.trim());
  if (lines.length)
    rule.table = Object.fromEntries(lines.map(([k = '', ...v]) => [k.trim(), v.join('=').trim()]));
  put('else', r.other.trim());
  put(
    kind === 'seconds' ? 'unit' : 'time',
    kind === 'seconds' || kind === 'time' ? r.form.trim() : '',
  );
  put('zone', kind === 'time' ? r.zone.trim() : '');
  if (r.out.trim()) rule.outbound = { from: asNames(r.out) };
  return Object.keys(rule).length ? rule : undefined;
}

export function fromDraft(d: Draft, fields: { name: string; kind: string }[]): Json {
  const map: Json = {};
  if (d.unwrap.trim()) map.unwrap = d.unwrap.trim();
  if (d.each.trim()) map.each = d.each.trim();
  if (d.zone.trim()) map.zone = d.zone.trim();
  if (d.onlyFrom.trim()) map.only = { from: asNames(d.onlyFrom), is: asNames(d.onlyIs) ?? '' };
  map.fields = Object.fromEntries(
    fields
      .map((f) => [f.name, ruleOf(d.rules[f.name] ?? empty(), f.kind)] as const)
      .filter(([, rule]) => rule),
  );
  return map;
}
