/* Recovery codes, shown this once: to copy, to keep as a file, to print. */
import { useState } from 'preact/hooks';
import { Button } from '../../ui/button';

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'ringsight-recovery-codes.txt';
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A window in a window with nothing else on it. */
function print(text: string): void {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  document.body.append(frame);
  const page = frame.contentDocument;
  if (!page || !frame.contentWindow) return;
  const lines = page.createElement('pre');
  lines.textContent = text;
  page.body.append(lines);
  frame.contentWindow.addEventListener('afterprint', () => frame.remove());
  frame.contentWindow.print();
}

export function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  const [copied, setCopied] = useState(false);
  const text = `Recovery codes for ${window.location.host}. Each signs in once.\n\n${codes.join('\n')}\n`;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div class="part form">
      <p>
        Keep these where you find them without your phone. Each signs in once in place of the app.
        They are not shown again.
      </p>
      <ul class="recovery-codes" aria-label="Recovery codes">
        {codes.map((c) => (
          <li key={c}>
            <code>{c}</code>
          </li>
        ))}
      </ul>
      <div class="actions">
        {window.isSecureContext && (
          <Button onClick={() => void copy()}>{copied ? 'Copied' : 'Copy'}</Button>
        )}
        <Button onClick={() => download(text)}>Download</Button>
        <Button onClick={() => print(text)}>Print</Button>
        <Button kind="main" onClick={done}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
