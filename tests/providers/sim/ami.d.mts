export const USER: string, SECRET: string;
export interface Channel { name: string; id: string; linked: string; number?: string; exten?: string; answered?: number; at: number; up?: boolean }
export interface Ringing { from: Channel; to: Channel }
export interface Faults { slow_ms: number; half: boolean; silent_list: boolean; no_login: boolean; deaf: boolean }
export class Asterisk {
  port: number; asked: string[]; logins: number; refused: number; faults: Faults;
  readonly connected: number;
  channels: Map<string, Channel>;
  start(port?: number): Promise<this>;
  stop(): Promise<void>;
  cut(): void;
  channel(name: string, facts?: Partial<Channel>): Channel;
  dial(from: Channel, to: Channel): void;
  dialled(from: Channel, to: Channel, status: string): void;
  bridge(...channels: Channel[]): void;
  hangup(c: Channel): void;
  record(from: Channel, to: Channel | undefined, facts: { start: number; answer?: number; end?: number; to?: string }): void;
  ring(number: string, agent: string, exten?: string): Ringing;
  pickUp(call: Ringing): void;
  hangUp(call: Ringing, how?: { record?: boolean }): void;
}
