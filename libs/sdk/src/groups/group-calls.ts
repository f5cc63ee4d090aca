import type { Caller } from '../connection/typed-call.js';
import type { Changer } from '../actions/repeated-call.js';

/** Ids per call; the server's limit. */
export const MAX_IDS_PER_CALL = 100;

/** What all calls about groups go through. */
export interface GroupCalls {
  readonly call: Caller;
  /** For what changes something: repeated under one request id. */
  readonly change: Changer;
  /** The caller may be in a conversation that this device does not know yet. */
  readonly onJoined: () => void;
}

export interface PageRequest {
  /** Left out: from the first. */
  readonly pageToken?: string;
  /** Left out: the server's default. */
  readonly limit?: number;
}
