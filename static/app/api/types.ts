/* Short names for what the contract returns. All are derived from the generated schema. */
import type { Item, Query, Reply } from './client';

export type Call = Item<'GET /calls'>;
export type CallFull = Reply<'GET /calls/{}'>;
export type CallState = Call['state'];
export type CallQuery = NonNullable<Query<'GET /calls'>>;
export type CallLeg = CallFull['call_legs'][number];
export type Recording = CallFull['recordings'][number];
export type Transcript = Reply<'GET /calls/{}/transcript'>;
export type Turn = Transcript['turns'][number];
export type Analysis = Reply<'GET /calls/{}/analysis'>;
export type Point = Analysis['topics'][number];
export type Score = Reply<'GET /calls/{}/score'>;
export type Criterion = Score['criteria'][number];
export type Span = Criterion['spans'][number];
export type Peaks = Reply<'GET /calls/{}/recordings/{}/peaks'>;
export type Agent = Item<'GET /agents'>;
export type Integration = Item<'GET /integrations'>;
export type IntegrationFull = Reply<'GET /integrations/{}'>;
export type SettingField = IntegrationFull['setting_fields'][number];
export type Provider = Item<'GET /providers'>;
export type Delivery = Item<'GET /deliveries'>;
export type Session = Reply<'GET /session'>;
export type PlatformSession = Reply<'GET /platform/session'>;
export type Tenant = Item<'GET /platform/tenants'>;
