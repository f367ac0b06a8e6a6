export class Sftp {
  user: string; port: number; folder: string; privateKey: string; hostKey: string; log: string;
  start(port?: number, folder?: string): Promise<Sftp>;
  stop(): Promise<void>;
  remove(): Promise<void>;
  path(name: string): string;
  put(name: string, bytes: Buffer | string): void;
  grow(name: string, bytes: Buffer, steps?: number, ms?: number): Promise<void>;
  partial(name: string, bytes: Buffer): () => void;
  disconnect(): void;
  readOnly(yes: boolean): void;
}
