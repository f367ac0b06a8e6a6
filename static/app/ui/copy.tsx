/* A value to take away: shown whole, selectable, with a button that copies it. */
import { useRef, useState } from 'preact/hooks';
import { Button } from './button';
import { Icon } from './icon';

export function CopyField({ value, label }: { value: string; label: string }) {
  const [done, setDone] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      /* no clipboard on plain http: select the text and let the browser's own command copy it */
      field.current?.select();
      document.execCommand('copy');
    }
    setDone(true);
    window.setTimeout(() => setDone(false), 2000);
  };
  return (
    <div class="copy">
      <input
        ref={field}
        readOnly
        value={value}
        aria-label={label}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button kind="main" onClick={() => void copy()}>
        <Icon name={done ? 'check' : 'copy'} />
        {done ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
