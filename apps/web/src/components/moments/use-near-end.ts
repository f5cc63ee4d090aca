import { useEffect, useRef, type MutableRef } from 'preact/hooks';

/** Older posts are asked for when the end is this near. */
const MARGIN = '600px';

/**
 * Calls `onNear` whenever the end comes near, and again after every rendering in which it still is.
 *
 * @param again changes when something was loaded.
 */
export function useNearEnd(onNear: () => void, again: unknown): MutableRef<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(onNear);
  latest.current = onNear;
  useEffect(() => {
    const end = ref.current;
    if (!end) return;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) latest.current();
      },
      { rootMargin: MARGIN },
    );
    observer.observe(end);
    return () => observer.disconnect();
  }, [again]);
  return ref;
}
