import type {
  Connected,
  Device,
  Entry,
  MemberState,
  Platform,
  TransientEvent,
} from '@queqiao/protocol/client';
import type { LocalMessage } from './actions/outbox.js';
import type { Missed } from './actions/self-check.js';
import type { BackoffOptions } from './backoff.js';
import type { Clock } from './clock.js';
import type { GenerationStore } from './connection/generation.js';
import type { ConnectionState } from './connection/state.js';
import type { TokenOption } from './connection/token-source.js';
import type { WebSocketFactory } from './connection/web-socket.js';
import type { GroupEvents } from './groups/group-events.js';
import type { GroupStats } from './groups/groups.js';
import type { Limits } from './limits.js';
import type { Logger } from './logger.js';
import type { MomentEvents } from './moments/moment-events.js';
import type { MomentStats } from './moments/moments.js';
import type { FriendEvents } from './friends/friends.js';
import type { PresenceEvents } from './presence/presence.js';
import type { EntrySource } from './replica/conversation-log.js';
import type { ConversationView } from './replica/conversation-view.js';
import type { ReplicaStore } from './replica/replica-store.js';
import type { SelfFeedEvents } from './users/self-feed.js';

export interface ClientOptions {
  /** Such as wss://chat.example.com/ws. */
  readonly url: string;
  /**
   * The user's token, or a function that gets one from the app's own back end. It is asked again when a token is about to
   * expire; a rejection counts as a failed attempt and is repeated with back-off.
   */
  readonly token: TokenOption;
  /** The id is made once per installation and kept: [A-Za-z0-9_.-]{1,64}. The other texts are optional, 64 bytes each. */
  readonly device: { readonly id: string; readonly platform: Platform } & Partial<Device>;
  /** Left out: counted by the clock. */
  readonly generation?: GenerationStore;
  /** Left out: nothing survives the client. */
  readonly store?: ReplicaStore;
  /**
   * True: every conversation is pulled from its first visible entry. False (the default): a conversation that is new to this
   * device begins at its newest entry, and `loadOlder` fetches what is before.
   */
  readonly fullHistory?: boolean;
  readonly clock?: Clock;
  /** Left out: the platform's WebSocket, or the package `ws` in a Node without one. */
  readonly webSocket?: WebSocketFactory;
  readonly backoff?: BackoffOptions;
  readonly logger?: Logger;
  readonly limits?: Partial<Limits>;
  /** Uniform in [0, 1), for the jitter. */
  readonly random?: () => number;
}

export interface EntryEvent {
  readonly entry: Entry;
  readonly source: EntrySource;
}

export interface ClientEvents
  extends SelfFeedEvents, FriendEvents, PresenceEvents, GroupEvents, MomentEvents {
  state: ConnectionState;
  /** Signed in: a new session. */
  session: Connected;
  /**
   * A new entry, a change of an earlier one included: strictly in seq order within a conversation, each once. Older ones that
   * were loaded are not events.
   */
  entry: EntryEvent;
  /** These messages, surfaced or loaded before, look different now or are gone: see `messages`. */
  messages: { readonly conversationId: string; readonly seqs: readonly number[] };
  /** A signal such as typing, or a message that is not stored. */
  transient: TransientEvent;
  /** Anything that a list or header shows changed. */
  conversation: ConversationView;
  /** A message written here, or a change made here, changed its state. Once its entry was surfaced it is no longer in the outbox. */
  outbox: LocalMessage;
  /** The server's word on a read cursor or membership: each with a higher rev than the one before. */
  member: MemberState;
  /** A self-check found what was lost without a trace: a defect, which the app may report. What was lost is here by now. */
  missed: Missed;
  /** Everything known is void and is being pulled again: clear what is shown. */
  reset: { readonly logEpoch: number };
}

/** What the parts of a client tell each other, beside what they tell applications. */
export interface EngineEvents extends ClientEvents {
  /** The session ended. */
  lost: object;
  /** The server may have forgotten what it keeps of this user in memory. */
  resynced: object;
  /** The client ends: nobody should wait. */
  abandoned: object;
}

/** How full the client's bounded places are, the bounds in `limits`, and what its self-checks came to. */
export interface ClientStats extends GroupStats, MomentStats {
  readonly callsInFlight: number;
  readonly callsQueued: number;
  readonly outboxMessages: number;
  readonly memberOperations: number;
  readonly repeatedCalls: number;
  readonly acksDue: number;
  readonly pullsInFlight: number;
  readonly heldEntries: number;
  readonly cachedUsers: number;
  readonly listedFriends: number;
  readonly watchedUsers: number;
  /** Syncs that only checked that nothing was missed, and what they found, since the client was created. */
  readonly selfChecks: number;
  readonly missedEntries: number;
  readonly missedStates: number;
  readonly limits: Limits;
}
