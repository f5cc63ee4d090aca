const PATHS = {
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12l16-8-5 16-3.5-6.5L4 12zm7.5 1.5L20 4',
  chat: 'M12 5v14M5 12h14',
  group:
    'M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 4.3a3.5 3.5 0 010 6.4M18 14.5a6.5 6.5 0 013.5 5.5',
  person: 'M12 11.5a4 4 0 100-8 4 4 0 000 8zM4 20.5a8 8 0 0116 0',
  leave: 'M14 4h5a1 1 0 011 1v14a1 1 0 01-1 1h-5M10 8l-4 4 4 4M6 12h10',
  down: 'M6 9l6 6 6-6',
  clock: 'M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 7.5V12l3 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  failed: 'M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 7.5v5.5M12 16.3v.2',
  bridge: 'M2 17c4-9 16-9 20 0M2 17h20M7 17v-4.5M12 17v-6.6M17 17v-4.5',
} as const;

/** A line drawing; it says nothing to a screen reader, so that its place has to. */
export function Icon({ name, size = 20 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
