/* Brings a file from the server to the person's disk, so that a refusal is a sentence on the page and
 * not a broken file among the downloads. */
import { ApiError, auth, BASE } from '../../api/client';

/** With a body it is posted. */
export async function save(path: string, body?: object): Promise<void> {
  const posted: RequestInit = body
    ? {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': auth.csrf },
        body: JSON.stringify(body),
      }
    : {};
  let response: Response;
  try {
    response = await fetch(BASE + path, { credentials: 'same-origin', ...posted });
  } catch {
    throw new ApiError(0, 'unreachable', 'The server cannot be reached. Check the connection.');
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    const fields = Object.values((problem.fields ?? {}) as Record<string, string>);
    throw new ApiError(
      response.status,
      String(problem.code ?? ''),
      fields[0] ?? String(problem.detail ?? problem.title ?? `It failed (${response.status}).`),
    );
  }
  const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '');
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = named?.[1] ?? 'report';
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
