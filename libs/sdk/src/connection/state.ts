export type ConnectionState =
  /** Not started, or stopped. */
  | { readonly name: 'idle' }
  /** Getting a token, opening a socket, signing in. */
  | { readonly name: 'connecting' }
  /** Signed in and catching up. Everything works, but older entries may still arrive. */
  | { readonly name: 'syncing' }
  /** Signed in and, as of the last sync, complete. */
  | { readonly name: 'online' }
  /** The next attempt is in `retryInMs` milliseconds; `nudge()` makes it at once. */
  | {
      readonly name: 'waiting';
      readonly retryInMs: number;
      readonly code: number;
      readonly reason: string;
    }
  /** The server ended the session for good. Only `start()` connects again. */
  | { readonly name: 'signed-out'; readonly code: number; readonly reason: string };
