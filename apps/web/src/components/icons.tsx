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
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 100-7 3.5 3.5 0 000 7z',
  aperture:
    'M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 3.5l4.2 7.3M19.4 7.8h-8.4M19.4 16.2l-4.2-7.3M12 20.5l-4.2-7.3M4.6 16.2h8.4M4.6 7.8l4.2 7.3',
  bell: 'M6 16v-5a6 6 0 0112 0v5l2 2H4l2-2zM10 20.5h4',
  heart: 'M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0112 7.4 4.2 4.2 0 0119.5 10C19.5 15.4 12 20 12 20z',
  speech: 'M4 5h16v11H10l-4 4v-4H4z',
  pass: 'M14 5l6 6-6 6v-4c-5 0-8 1.5-10 5 0-6 4-9 10-9.5V5z',
  renew: 'M19 12a7 7 0 11-2-5M19 4v4h-4',
  place:
    'M12 21s-6.5-6-6.5-11a6.5 6.5 0 0113 0c0 5-6.5 11-6.5 11zM12 12.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3',
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
