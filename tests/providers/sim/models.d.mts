/** `ask`: what was understood of a request that fits. */
export interface Asked { kind: string; url: string; bytes: number; text: string; ask?: any }
export interface Fault { kind: string; match?: RegExp; times?: number; status?: number; body?: object; headers?: Record<string, string>; ms?: number }
export function checkStrict(schema: object, at?: string): void;
export class Models {
  base: string;
  key: string;
  asked: Asked[];
  complaints: string[];
  obey: boolean;
  reasons: boolean;
  context: number;
  bytes: number;
  room: number;
  /** What is answered instead. */
  value: ((ask: any) => unknown) | undefined;
  start(): Promise<this>;
  stop(): Promise<void>;
  fault(fault: Fault): void;
  reset(): void;
}
