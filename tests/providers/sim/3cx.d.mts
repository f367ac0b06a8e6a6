export const CLIENT: string, KEY: string;
export interface Fault { kind: string; match: string; times: number }
export interface Box {
  token: string; lifetime: number; calls: Record<string, unknown>[]; recordings: Map<number, { row: Record<string, unknown>; file: Buffer }>;
  faults: Fault[]; repeat?: boolean; logins: number; refused: number; pages: number; downloads: number; asked: string[];
}
export function logRow(facts: Record<string, unknown>): Record<string, unknown>;
export function report(facts: Record<string, unknown>): Record<string, unknown>;
export function start(port?: number): Promise<{ box: Box; port: number; url: string; stop: () => Promise<void> }>;
