/* The few drawings the interface needs, on a 16 unit grid, in the colour of the text. */

const drawings = {
  play: <path d="M4 2.5v11l9.5-5.5z" fill="currentColor" stroke="none" />,
  pause: <path d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" fill="currentColor" stroke="none" />,
  menu: <path d="M2 4h12M2 8h12M2 12h12" />,
  close: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />,
  down: <path d="M4 6l4 4 4-4" />,
  left: <path d="M10 3.5L5.5 8l4.5 4.5" />,
  right: <path d="M6 3.5L10.5 8 6 12.5" />,
  check: <path d="M3 8.5l3.2 3.2L13 4.8" />,
  copy: <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />,
  search: <path d="M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.3 10.3l3.7 3.7" />,
  upload: <path d="M8 11V3M4.5 6L8 2.5 11.5 6M2.5 13.5h11" />,
  back: <path d="M8.5 3.5L4 8l4.5 4.5M4 8h9" />,
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {drawings[name]}
    </svg>
  );
}
