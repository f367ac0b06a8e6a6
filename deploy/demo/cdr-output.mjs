// "CDR Real-Time Output" of a simulated UCM: posts records to one address as they come, keeps at
// most 10,000 while the receiver is away and sends them, in order, when it is back. No signature;
// user name and password if configured, as on the device.
const KEPT = 10_000;
const BATCH = 50;

export class CdrOutput {
  #queue = [];
  #timer = null;
  #busy = false;

  // shape: "object" one record a post, "array", "cdr_root", or "cdr" ({"cdr": {...}}).
  configure({ url, user, password, shape = 'object', retryMs = 5000, timeoutMs = 10_000 }) {
    this.hook = { url, user, password, shape, retryMs, timeoutMs };
    this.delivered ??= 0;
    this.failed ??= 0;
    this.#later(0);
  }

  pause() { this.paused = true; }
  resume() { this.paused = false; this.#later(0); }

  stop() { this.paused = true; clearTimeout(this.#timer); }

  get waiting() { return this.#queue.length; }

  // Called with ({record, shape}) after a post was acknowledged.
  onDelivered = () => {};

  send(records, shape) {
    this.#queue.push(...records.map(record => ({ record, shape })));
    if (this.#queue.length > KEPT) this.#queue.splice(0, this.#queue.length - KEPT);
    this.#later(0);
  }

  #later(ms) {
    clearTimeout(this.#timer);
    if (this.paused || !this.hook?.url) return;
    this.#timer = setTimeout(() => this.#drain(), ms);
  }

  async #drain() {
    if (this.#busy) return;
    this.#busy = true;
    let good = true;
    while (good && !this.paused && this.#queue.length) {
      const shape = this.#queue[0].shape ?? this.hook.shape;
      let n = 1;
      const many = shape === 'array' || shape === 'cdr_root';
      while (many && n < BATCH && this.#queue[n] &&
             (this.#queue[n].shape ?? this.hook.shape) === shape) n++;
      const batch = this.#queue.slice(0, n);
      good = await this.#post(wrap(batch.map(b => b.record), shape));
      if (good) {
        this.#queue.splice(0, n);
        this.delivered += n;
        for (const item of batch) this.onDelivered(item);
      } else {
        this.failed++;
      }
    }
    this.#busy = false;
    if (this.#queue.length) this.#later(good ? 0 : this.hook.retryMs);
  }

  async #post(body) {
    const { url, user, password, timeoutMs } = this.hook;
    const headers = { 'Content-Type': 'application/json' };
    if (user)
      headers.Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    try {
      const res = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body),
                                     signal: AbortSignal.timeout(timeoutMs) });
      await res.arrayBuffer();
      this.lastStatus = res.status;
      return res.ok;
    } catch (error) {
      this.lastStatus = error.cause?.code ?? error.name;
      return false;
    }
  }
}

function wrap(records, shape) {
  switch (shape) {
    case 'array': return records;
    case 'cdr_root': return { cdr_root: records };
    case 'cdr': return { cdr: records[0] };
    default: return records[0];
  }
}
