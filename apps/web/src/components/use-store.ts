import { useEffect, useState } from 'preact/hooks';
import type { Store } from '../state/store.js';

/** The store's value, and a new rendering whenever it changes. */
export function useStore<T, E>(store: Store<T, E>): T {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    // It may have changed between the first rendering and now.
    setValue(store.value);
    return store.subscribe(() => setValue(store.value));
  }, [store]);
  return value;
}
