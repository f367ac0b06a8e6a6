// What a simulated phone system does wrong next. A fault is {kind, times = 1, match?, …}: the first
// one that fits a request is used up by it. `match` is part of a file name or the name of an action.
const WHERE = {
  any: ['http_500', 'hang', 'not_json', 'status', 'wrong_cookie'],
  recording: ['not_ready', 'json_error', 'truncated', 'header_only', 'cut', 'slow'],
  page: ['repeat_page'],
};
export const KINDS = Object.values(WHERE).flat();

export class Faults {
  #list = [];

  add({ kind, times = 1, match, ...rest }) {
    if (!KINDS.includes(kind)) throw new Error(`no fault is named ${kind}`);
    this.#list.push({ kind, times, match, ...rest });
  }

  clear() { this.#list = []; }

  pending() { return this.#list.map(f => ({ ...f })); }

  take(where, request) {
    const fits = f => WHERE[where].includes(f.kind) &&
      (!f.match || f.match === request.action || (request.filename ?? '').includes(f.match));
    const fault = this.#list.find(fits);
    if (!fault) return null;
    if (--fault.times <= 0) this.#list.splice(this.#list.indexOf(fault), 1);
    return fault;
  }
}
