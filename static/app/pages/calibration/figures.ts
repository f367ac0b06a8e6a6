/* Figures of agreement as text. */
import type { Reply } from '../../api/client';

export type Report = Reply<'GET /scorecards/{}/agreement'>;
export type Figures = Report['scores'];

const none = '–';

/** A share, as "78 %". */
export const share = (bp: number | null) => (bp === null ? none : `${Math.round(bp / 100)} %`);

/** Points of a hundred, with a sign where they are a difference. */
export const pointsOf = (bp: number | null, signed = false) => {
  if (bp === null) return none;
  const n = (Math.abs(bp) / 100).toFixed(1);
  return `${bp < 0 ? '−' : signed && bp > 0 ? '+' : ''}${n}`;
};

export const kappaOf = (bp: number | null) =>
  bp === null ? none : `${bp < 0 ? '−' : ''}${(Math.abs(bp) / 10_000).toFixed(2)}`;

/** Below it agreement is little better than by chance (Landis and Koch: slight or fair). */
const POOR_KAPPA_BP = 4000;
const ENOUGH = 10;

export const poor = (f: Figures) =>
  f.pairs >= ENOUGH && f.kappa_bp !== null && f.kappa_bp < POOR_KAPPA_BP;
