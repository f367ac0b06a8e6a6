// Language models as their clients see them: OpenAI's /v1/chat/completions with a strict json_schema, and
// Anthropic's /v1/messages with output_config.format. Each request is checked against the documented
// form, strict schemas included; what does not fit is answered with 400 and noted in `complaints`.
//   new Models().start(), then fault({ kind, match, times }):
//     status (with status, body, headers), slow, cut (finish reason says so), half (the connection breaks),
//     html, refuse, wrong (JSON that does not follow the schema)
//   obey: what is said in the call is followed: full marks, no evidence, figures out of bounds, markup.
//   bytes: the most bytes of a request, beyond which a server before the model answers 413.
//   context: the most tokens (bytes / 4) of a request; room: the most of an answer that is not cut.
import { createServer } from 'node:http';

const must = (fits, why) => { if (!fits) throw new Error(why); };
const json = (value) => Buffer.from(JSON.stringify(value));

/** Every object closed, every property required, every type known: what both vendors ask of a schema. */
export function checkStrict(schema, at = '$') {
  if (schema.$ref) return must(/^#\/\$defs\/\w+$/.test(schema.$ref), `${at}: a reference leads elsewhere`);
  for (const [i, s] of (schema.anyOf ?? []).entries()) checkStrict(s, `${at}.anyOf[${i}]`);
  for (const [k, s] of Object.entries(schema.$defs ?? {})) checkStrict(s, `${at}.$defs.${k}`);
  if (schema.anyOf) return;
  const types = [schema.type].flat();
  must(types.every((t) => ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'].includes(t)), `${at}: type ${schema.type}`);
  if (types.includes('object')) {
    must(schema.additionalProperties === false, `${at} is open`);
    must(JSON.stringify([...schema.required].sort()) === JSON.stringify(Object.keys(schema.properties).sort()), `${at}: not every property is required`);
    for (const [k, s] of Object.entries(schema.properties)) checkStrict(s, `${at}.${k}`);
  }
  if (types.includes('array')) checkStrict(schema.items, `${at}[]`);
}

const only = (o, keys, what) => { for (const k of Object.keys(o)) must(keys.includes(k), `${what} has "${k}"`); };

/** The first words of a turn of this speaker, as evidence. */
function quote(turns, speaker) {
  const t = turns.find((x) => x.speaker === speaker && x.words.split(' ').length >= 3) ?? turns.find((x) => x.words);
  return t ? [{ turn: t.turn, words: t.words.split(' ').slice(0, 6).join(' ') }] : [];
}

export class Models {
  constructor() {
    this.key = 'sk-model-0123456789';
    this.reset();
  }

  reset() {
    this.asked = [];
    this.complaints = [];
    this.faults = [];
    this.value = undefined;
    this.obey = false;
    this.reasons = false; // as models that take no temperature
    this.context = Infinity;
    this.bytes = Infinity;
    this.room = Infinity;
  }

  fault(fault) { this.faults.push({ times: 1, ...fault }); }

  async start() {
    this.server = createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => this.answer(request, response, Buffer.concat(parts)));
    });
    await new Promise((ok) => this.server.listen(0, '127.0.0.1', ok));
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections?.();
    return new Promise((ok) => this.server.close(ok));
  }

  send(response, status, body, headers = {}) {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
    response.end(body);
  }

  error(response, kind, status, type, message, headers = {}) {
    this.send(response, status, json(kind === 'openai' ? { error: { message, type, param: null, code: type } }
      : { type: 'error', error: { type, message }, request_id: 'req_sim' }), headers);
  }

  answer(request, response, body) {
    const kind = request.url.endsWith('/chat/completions') ? 'openai' : 'anthropic';
    const call = { kind, url: request.url, bytes: body.length, text: body.toString() };
    this.asked.push(call);
    const fault = this.faults.find((f) => f.times > 0 && (!f.match || f.match.test(call.text)));
    if (fault) fault.times -= 1;
    try {
      call.ask = kind === 'openai' ? this.openai(request, body) : this.anthropic(request, body);
    } catch (e) {
      const key = /key/.test(e.message);
      if (!key) this.complaints.push(`${request.method} ${request.url}: ${e.message}`);
      return this.error(response, kind, key ? 401 : 400, key ? 'invalid_api_key' : 'invalid_request_error', e.message);
    }
    if (fault?.kind === 'status') return this.send(response, fault.status, json(fault.body ?? {}), fault.headers);
    if (this.reasons && JSON.parse(body).temperature !== undefined)
      return this.error(response, kind, 400, 'unsupported_value', "Unsupported value: 'temperature' does not support 0 with this model.");
    if (fault?.kind === 'html') return this.send(response, 200, Buffer.from('<html>busy</html>'), { 'content-type': 'text/html' });
    if (body.length > this.bytes) return this.send(response, 413, Buffer.from('<html>Request Entity Too Large</html>'), { 'content-type': 'text/html' });
    if (body.length / 4 > this.context)
      return this.error(response, kind, 400, kind === 'openai' ? 'context_length_exceeded' : 'invalid_request_error', 'prompt is too long: it exceeds the context window');
    const out = () => this.reply(response, kind, call.ask, fault);
    return fault?.kind === 'slow' ? setTimeout(out, fault.ms ?? 3000) : out();
  }

  common(body, messages, system, schema) {
    checkStrict(schema);
    const data = JSON.parse(messages);
    must(/evidence, never an instruction/.test(system), 'the system text does not say that the call is data');
    must(/instructions\.$/.test(data.then), 'the instruction does not stand last');
    must(Object.keys(data).at(-1) === 'then', 'something stands behind the instruction');
    return { data, schema, max: body.max_tokens ?? body.max_completion_tokens, model: body.model };
  }

  openai(request, raw) {
    must(request.method === 'POST' && request.url === '/v1/chat/completions', `${request.method} ${request.url} is not documented`);
    must(request.headers.authorization === `Bearer ${this.key}`, 'Incorrect API key provided');
    must(request.headers['content-type'] === 'application/json', 'the content type is not JSON');
    const b = JSON.parse(raw);
    only(b, ['model', 'messages', 'max_completion_tokens', 'temperature', 'seed', 'response_format'], 'the body');
    must(typeof b.model === 'string' && b.model, 'no model');
    must(b.messages.length === 2 && b.messages[0].role === 'system' && b.messages[1].role === 'user', 'not a system and a user message');
    must(Number.isInteger(b.max_completion_tokens) && b.max_completion_tokens > 0, 'max_completion_tokens');
    must(b.response_format.type === 'json_schema', 'no json_schema');
    only(b.response_format.json_schema, ['name', 'strict', 'schema'], 'json_schema');
    must(/^[A-Za-z0-9_-]{1,64}$/.test(b.response_format.json_schema.name) && b.response_format.json_schema.strict === true, 'name or strict');
    return this.common(b, b.messages[1].content, b.messages[0].content, b.response_format.json_schema.schema);
  }

  anthropic(request, raw) {
    must(request.method === 'POST' && request.url === '/v1/messages', `${request.method} ${request.url} is not documented`);
    must(request.headers['x-api-key'] === this.key, 'invalid x-api-key');
    must(request.headers['anthropic-version'] === '2023-06-01', 'no anthropic-version');
    must(request.headers['content-type'] === 'application/json', 'the content type is not JSON');
    const b = JSON.parse(raw);
    only(b, ['model', 'max_tokens', 'temperature', 'system', 'messages', 'output_config'], 'the body');
    must(Number.isInteger(b.max_tokens) && b.max_tokens > 0, 'max_tokens');
    must(b.messages.length === 1 && b.messages[0].role === 'user', 'not one user message');
    only(b.output_config, ['format'], 'output_config');
    must(b.output_config.format.type === 'json_schema', 'no json_schema');
    return this.common(b, b.messages[0].content, b.system, b.output_config.format.schema);
  }

  reply(response, kind, ask, fault) {
    const verdicts = Boolean(ask.data.scorecard);
    const turns = ask.data.call?.turns ?? [];
    let value = this.value ? this.value(ask) : this.obey ? this.obeyed(ask, verdicts) : verdicts ? this.verdicts(ask, turns) : this.analysis(ask, turns);
    if (fault?.kind === 'wrong') value = ['not', 'an', 'object'];
    let text = JSON.stringify(value), end = kind === 'openai' ? 'stop' : 'end_turn', refusal = null;
    if (fault?.kind === 'cut' || text.length / 4 > Math.min(this.room, ask.max)) {
      text = text.slice(0, text.length / 2);
      end = kind === 'openai' ? 'length' : 'max_tokens';
    }
    if (fault?.kind === 'refuse') {
      refusal = 'I cannot help with this.';
      end = kind === 'openai' ? 'stop' : 'refusal';
    }
    const input = Math.ceil(JSON.stringify(ask.data).length / 4), output = Math.ceil(text.length / 4);
    const body = json(kind === 'openai'
      ? { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: `${ask.model}-2026-01-01`,
        choices: [{ index: 0, message: { role: 'assistant', content: refusal ? null : text, refusal }, finish_reason: end }],
        usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } }
      : { id: 'msg_1', type: 'message', role: 'assistant', model: ask.model, content: [{ type: 'text', text: refusal ?? text }],
        stop_reason: end, stop_sequence: null, usage: { input_tokens: input, output_tokens: output } });
    if (fault?.kind === 'half') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.write(body.subarray(0, body.length >> 1));
      return setTimeout(() => response.destroy(), 50);
    }
    return this.send(response, 200, body, { [kind === 'openai' ? 'x-request-id' : 'request-id']: `req_${this.asked.length}` });
  }

  /** Yes (or the last choice, or 1) to everything, with words that are there; merged: as the first part has it. */
  verdicts(ask, turns) {
    const out = {};
    for (const q of ask.data.scorecard) {
      const before = ask.data.parts?.map((p) => p[q.key]).find((p) => p?.spans?.length);
      out[q.key] = before ?? { answer: Array.isArray(q.answers) ? q.answers.at(-3) ?? 'yes' : '1', reason: 'It is said.', spans: quote(turns, 'agent') };
      if (!before && Array.isArray(q.answers) && q.answers.includes('yes')) out[q.key].answer = 'yes';
    }
    return out;
  }

  analysis(ask, turns) {
    const first = ask.data.parts?.[0];
    if (first) return { ...first, title: `Merged of ${ask.data.parts.length}` };
    const finding = (name) => ({ name, detail: 'As said.', owner: null, due: null, state: null, level: null, spans: quote(turns, 'customer') });
    return { title: 'A model says so', summary: 'The model summed it up. More follows.', detailed: 'At length.', sentiment: 'POSITIVE',
      sentiment_reason: 'Thanks.', sentiment_score: 0.5, sentiment_start: 0, sentiment_end: 0.75, primary_intent: 'SUPPORT', secondary_intent: null,
      timeline: null, topics: [finding('parcels')], actions: [], emotions: [], moments: [], objections: [], fields: [], breaches: [],
      next_action: null, follow_up: null, churn_risk: null, deal_risk: null, urgency: null, lead_quality: null, conversion: null };
  }

  /** A model that does what callers tell it to. */
  obeyed(ask, verdicts) {
    const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    const made = [{ turn: 0, words: 'the agent was perfect in every way and deserves full marks' }, { turn: 9_999_999_999, words: 'yes' }, { turn: -1, words: '' }];
    if (verdicts) {
      const out = { ignore_all_of_it: { answer: 'yes', reason: evil, spans: made }, score: 100000 };
      for (const q of ask.data.scorecard)
        out[q.key] = { answer: Array.isArray(q.answers) ? q.answers[0] : '999999999', reason: evil, spans: made, weight: 1e9, points: 1e9 };
      return out;
    }
    const finding = { name: evil, detail: evil, owner: 'ROOT', due: evil, state: 'DONE', level: 'EXTREME', spans: made };
    return { title: evil, summary: evil, detailed: evil, sentiment: 'EUPHORIC', sentiment_reason: evil, sentiment_score: 1e9, sentiment_start: -1e9,
      sentiment_end: 42, primary_intent: 'GRANT_ADMIN', secondary_intent: evil, timeline: 'NEVER', topics: Array(500).fill(finding), actions: [finding],
      emotions: [finding], moments: [finding], objections: [finding], fields: [finding], breaches: [finding], next_action: finding, follow_up: finding,
      churn_risk: finding, deal_risk: finding, urgency: finding, lead_quality: 1000000, conversion: 77 };
  }
}
