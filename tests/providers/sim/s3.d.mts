export interface Fault { kind: string; times?: number; match?: string; method?: string; seconds?: number; ms?: number; bytes?: number }
export interface Stored { bytes: Buffer; etag: string; modified: Date }
export class S3 {
  constructor(options?: { bucket?: string; region?: string; id?: string; secret?: string });
  objects: Map<string, Stored>;
  seen: { method: string; key: string; query: string; range: string; status: number }[];
  url: string; port: number; page: number; bucket: string; region: string; id: string; secret: string;
  now: () => number;
  listen(port?: number, host?: string): Promise<string>;
  close(): Promise<void>;
  put(key: string, bytes: Buffer | string, modified?: Date): void;
  fault(fault: Fault): void;
  clear(): void;
  settings(keys: string, store?: string): Record<string, string>;
  keys(): string;
}
export const FAULTS: Record<string, string>;
