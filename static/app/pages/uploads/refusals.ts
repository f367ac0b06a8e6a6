/* What a failed tus request means: worth another try, or a sentence for people. */

interface Answer {
  getStatus(): number;
  getBody(): string;
  getHeader(name: string): string | undefined;
}
type TusError = Error & { originalResponse?: Answer | null };

interface Refusal {
  status: number;
  code: string;
  text: string;
  call: string;
}

export function refusedBy(error: Error): Refusal | undefined {
  const response = (error as TusError).originalResponse;
  if (!response) return undefined;
  let problem: { code?: string; detail?: string; title?: string; fields?: Record<string, string> } =
    {};
  try {
    problem = JSON.parse(response.getBody()) as typeof problem;
  } catch {
    /* a proxy's own page: the status says enough */
  }
  const field = Object.values(problem.fields ?? {})[0];
  return {
    status: response.getStatus(),
    code: problem.code ?? '',
    text: field ?? problem.detail ?? problem.title ?? '',
    call: response.getHeader('Ringsight-Call') ?? '',
  };
}

export function worthAgain(error: Error): boolean {
  const refused = refusedBy(error);
  if (!refused) return navigator.onLine;
  const { status, code } = refused;
  return status >= 500 || status === 429 || status === 423 || code === 'upload_offset';
}

export function sentence(error: Error): string {
  const refused = refusedBy(error);
  if (!refused) return 'The connection was lost. Try again to go on from here.';
  if (refused.status === 401) return 'You were signed out. Sign in, then try again.';
  return refused.text || `The server answered ${refused.status}. Try again in a moment.`;
}
