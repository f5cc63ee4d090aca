import { useEffect, useLayoutEffect, useRef, useState, type MutableRef } from 'preact/hooks';

/** Nearer than this to the bottom counts as at the bottom, in pixels. */
const BOTTOM_PX = 48;
/** Older lines are fetched when this few pixels are left above. */
const TOP_PX = 300;

export interface ScrollInput {
  /** Key of the first and last thing drawn: tell whether something came above or below. */
  readonly firstKey: string;
  readonly lastKey: string;
  /** Own messages always scroll down. */
  readonly lastIsMine: boolean;
  /** Called when the top is near; again after every rendering in which it still is. */
  readonly onTop: () => void;
}

export interface Scroll {
  readonly ref: MutableRef<HTMLDivElement | null>;
  readonly onScroll: () => void;
  readonly atBottom: boolean;
  /** Something came below while the person was reading further up. */
  readonly hasNew: boolean;
  readonly toBottom: () => void;
}

/**
 * Keeps the newest in view for whoever is at the bottom, and everyone else where they are: lines that come above do not move
 * what is being read.
 */
export function useScroll({ firstKey, lastKey, lastIsMine, onTop }: ScrollInput): Scroll {
  const ref = useRef<HTMLDivElement>(null);
  const before = useRef({ firstKey: '', lastKey: '', height: 0, pinned: true });
  const [atBottom, setAtBottom] = useState(true);
  const [hasNew, setHasNew] = useState(false);

  const toBottom = (): void => {
    const pane = ref.current;
    if (pane) pane.scrollTop = pane.scrollHeight;
  };
  const measure = (): void => {
    const pane = ref.current;
    if (!pane) return;
    const pinned = pane.scrollHeight - pane.scrollTop - pane.clientHeight < BOTTOM_PX;
    before.current.pinned = pinned;
    setAtBottom(pinned);
    if (pinned) setHasNew(false);
    if (pane.scrollTop < TOP_PX) onTop();
  };

  useLayoutEffect(() => {
    const pane = ref.current;
    if (!pane) return;
    const last = before.current;
    const added = last.lastKey !== '' && last.lastKey !== lastKey;
    if (last.pinned || (added && lastIsMine)) toBottom();
    else {
      if (last.firstKey !== firstKey) pane.scrollTop += pane.scrollHeight - last.height;
      if (added) setHasNew(true);
    }
    before.current = { firstKey, lastKey, height: pane.scrollHeight, pinned: last.pinned };
    measure();
  });
  useEffect(() => {
    const pane = ref.current;
    if (!pane) return;
    // A phone's keyboard takes room from below: stay with the newest.
    const observer = new ResizeObserver(() => {
      if (before.current.pinned) toBottom();
    });
    observer.observe(pane);
    return () => observer.disconnect();
  }, []);
  return { ref, onScroll: measure, atBottom, hasNew, toBottom };
}
