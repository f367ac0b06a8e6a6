/* A customer's system that takes our webhooks: a real HTTP server on this machine, whose paths behave as they are told. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Got { path: string; headers: IncomingHttpHeaders; body: string; at: number }
export type Manner = (response: ServerResponse, got: Got) => void;

export class Receiver {
  readonly got: Got[] = [];
  private manners = new Map<string, Manner>();
  private sockets = new Set<Socket>();
  private server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const got = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString('utf8'), at: Date.now() };
      this.got.push(got);
      response.on('error', () => undefined);
      (this.manners.get(got.path) ?? ((r) => r.end('taken')))(response, got);
    });
  });
  base = '';

  async start(): Promise<this> {
    this.server.on('connection', (socket) => { this.sockets.add(socket); socket.on('close', () => this.sockets.delete(socket)); });
    await new Promise<void>((ok) => this.server.listen(0, '127.0.0.1', ok));
    this.base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  answers(path: string, manner: Manner): string {
    this.manners.set(path, manner);
    return `${this.base}${path}`;
  }

  at(path: string): Got[] { return this.got.filter((g) => g.path === path); }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

export const status = (code: number, headers: Record<string, string> = {}, text = ''): Manner => (r) => { r.writeHead(code, headers); r.end(text); };
export const hangs: Manner = () => undefined;
/** A byte a second, for ever. */
export const drips: Manner = (r) => {
  r.writeHead(200, { 'content-type': 'text/plain' });
  const timer = setInterval(() => r.write('.'), 1_000);
  r.on('close', () => clearInterval(timer));
};
/** A gigabyte, as far as it is taken. */
export const floods = (took: { bytes: number }): Manner => (r) => {
  r.writeHead(200, { 'content-type': 'text/plain' });
  const part = Buffer.alloc(65_536, 'x');
  const more = (): void => {
    while (took.bytes < 1 << 30 && !r.destroyed) {
      took.bytes += part.length;
      if (!r.write(part)) { r.once('drain', more); return; }
    }
    r.end();
  };
  more();
};
