/** A user of the load, and the token that all devices of the user sign in with. */
export interface LoadUser {
  readonly userId: string;
  readonly token: string;
}

/** What one worker process is to open. */
export interface WorkerSetup {
  /** Socket addresses, taken in turn: the two sides of a pair are on neighbouring ones. */
  readonly urls: readonly string[];
  /** Starts the client_msg_id of every message of this worker and the name of everything that it makes. */
  readonly prefix: string;
  /** Two for each pair: the sender, then the receiver. */
  readonly users: readonly LoadUser[];
  readonly devicesPerUser: number;
  readonly groups: number;
  readonly groupSize: number;
  readonly textBytes: number;
}

/** One stretch of load. It ends when `messages` were sent or `seconds` have passed, whichever comes first. */
export interface PhasePlan {
  readonly messages?: number;
  readonly seconds?: number;
  /** Closed loop: so many calls are kept in flight. */
  readonly inFlight?: number;
  /** Fixed rate instead: messages per second, whatever the answers do. */
  readonly rate?: number;
}

/** What one worker saw in one phase. Times of day are milliseconds since the epoch, durations milliseconds. */
export interface PhaseResult {
  readonly startedMs: number;
  readonly lastAckMs: number;
  readonly acknowledged: number;
  /** Calls that were answered by an error or not at all, by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly ackMs: Float64Array;
  readonly deliveryMs: Float64Array;
  /** By how much the latest send of a fixed rate missed its time. */
  readonly latestMs: number;
  /** Pushes that acknowledged messages should have caused and that had not come when the worker stopped waiting. */
  readonly outstanding: number;
}

/** Everything that one worker sent, was answered and was pushed: what is verified. */
export interface WorkerLog {
  readonly prefix: string;
  readonly conversations: readonly string[];
  /** By conversation: the numbers of the devices that a message must reach; its own device is not among them. */
  readonly audiences: readonly (readonly number[])[];
  /** By message number. */
  readonly conversationOf: Uint32Array;
  /** By message number; 0: not acknowledged. */
  readonly seqOf: Uint32Array;
  /** Every push of an entry, in parallel arrays: which device got which message, with which seq. */
  readonly pushes: {
    readonly device: Uint32Array;
    readonly message: Uint32Array;
    readonly seq: Uint32Array;
  };
  /** Pushes of entries that no message of this worker explains. */
  readonly strayPushes: number;
}

export type WorkerRequest =
  | { readonly type: 'open'; readonly setup: WorkerSetup }
  | { readonly type: 'run'; readonly plan: PhasePlan }
  | { readonly type: 'finish' };

export type WorkerAnswer =
  | { readonly type: 'opened' }
  | { readonly type: 'ran'; readonly result: PhaseResult }
  | { readonly type: 'finished'; readonly log: WorkerLog }
  | { readonly type: 'failed'; readonly reason: string };
