/* Filter chips: one that is on or off, and one that opens a short list of choices. */
import { Icon } from './icon';
import { Popover } from './popover';

export function Chip({
  label,
  on,
  onChange,
}: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}) {
  return (
    <button
      type="button"
      class={`chip ${on ? 'on' : ''}`}
      aria-pressed={on}
      onClick={() => onChange(!on)}
    >
      {label}
    </button>
  );
}

export interface Choice {
  value: string;
  label: string;
  note?: string;
}

export function ChipMenu({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: string;
  choices: Choice[];
  onChange: (value: string) => void;
}) {
  const chosen = choices.find((c) => c.value === value);
  const text = value ? (chosen?.label ?? value) : label;
  return (
    <Popover
      class={`chip ${value ? 'on' : ''}`}
      name={value ? `${label}: ${text}` : label}
      label={
        <>
          {text}
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <div class="choices" role="menu" aria-label={label}>
          {[{ value: '', label: 'Any', note: undefined }, ...choices].map((choice) => (
            <button
              type="button"
              role="menuitemradio"
              aria-checked={choice.value === value}
              onClick={() => {
                onChange(choice.value);
                close();
              }}
            >
              <span>{choice.label}</span>
              {choice.note && <span class="note">{choice.note}</span>}
              {choice.value === value && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
    </Popover>
  );
}
