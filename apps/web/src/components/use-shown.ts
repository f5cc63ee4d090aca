import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { useActions } from './page-context.js';

/** Lines drawn at first, and added each time the top is reached. */
const PAGE_LINES = 100;
/** Between two attempts when older lines could not be loaded. */
const RETRY_MS = 3_000;

/** How many of the newest lines are drawn; at the top it grows, first from memory and then from the server. */
export function useShown(state: ChatState, id: string) {
  const actions = useActions();
  const [shown, setShown] = useState(PAGE_LINES);
  const [loading, setLoading] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const known = state.log.lines.length;

  const load = async (): Promise<void> => {
    setLoading(true);
    const loaded = await actions.loadOlder(id);
    if (loaded) setShown((count) => count + PAGE_LINES);
    timer.current = setTimeout(() => setLoading(false), loaded ? 0 : RETRY_MS);
  };
  const onTop = (): void => {
    if (shown < known) setShown(shown + PAGE_LINES);
    else if (!state.log.complete && !loading && state.connection.kind === 'online') void load();
  };
  return { shown, loading, onTop };
}
