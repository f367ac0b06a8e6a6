/* All that is random in a run, from its seed. Each purpose has a stream of its own, so that what one
 * actor draws does not depend on how fast another was. mulberry32, seeded by FNV-1a of the purpose. */
export class Random {
  private state: number;

  constructor(seed: number, purpose: string) {
    let hash = 0x811c9dc5 ^ seed;
    for (const c of `${seed}/${purpose}`) hash = Math.imul(hash ^ c.codePointAt(0)!, 0x01000193);
    this.state = hash >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number { return from + Math.floor(this.next() * (to - from + 1)); }
  chance(p: number): boolean { return this.next() < p; }
  pick<T>(list: readonly T[]): T { return list[this.int(0, list.length - 1)]!; }

  /** A version 4 UUID. */
  uuid(): string {
    const hex = Array.from({ length: 32 }, (_, i) => (i === 12 ? 4 : i === 16 ? this.int(8, 11) : this.int(0, 15)).toString(16)).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}
