export interface Asked { path: string; fields: [string, string][]; query: Record<string, string>; json: any; seconds: number; boundary: string }
export interface Fault { kind: string; match?: string; times?: number; status?: number; body?: string; headers?: Record<string, string>; over?: number }
export class Engines {
  base: string;
  key: string;
  account: string;
  asked: Asked[];
  complaints: string[];
  transcripts: Map<string, { polls: number; words: object[]; seconds: number }>;
  words: string[];
  confidence: number;
  language: string;
  start(): Promise<this>;
  stop(): Promise<void>;
  fault(fault: Fault): void;
  reset(): void;
}
