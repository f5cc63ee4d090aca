import { useRef } from 'preact/hooks';

/** A finger that moves down so far from the top asks for what is new, in pixels. */
const PULL_PX = 70;

/** Handlers for a scrolled part of the page that is pulled down to see what is new. */
export function usePull(onPull: () => void) {
  const from = useRef<number | undefined>(undefined);
  return {
    onTouchStart: (event: TouchEvent & { currentTarget: HTMLElement }): void => {
      const isAtTop = event.currentTarget.scrollTop <= 0;
      from.current = isAtTop ? event.touches[0]?.clientY : undefined;
    },
    onTouchMove: (event: TouchEvent): void => {
      const now = event.touches[0]?.clientY ?? 0;
      if (from.current === undefined || now - from.current < PULL_PX) return;
      from.current = undefined;
      onPull();
    },
  };
}
