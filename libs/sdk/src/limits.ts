/**
 * Every bound of the client, by name. `stats()` tells how full each one is. What happens above a bound stands beside it.
 */
export interface Limits {
  /** Calls on the socket without a reply, also those that timed out here; more wait in the queue. The server's own limit. */
  readonly maxCallsInFlight: number;
  /** Calls that wait for a free place or a connection; one more fails with TOO_MANY_CALLS. */
  readonly maxQueuedCalls: number;
  /** Bytes of one call's request; a larger one fails with LIMIT_EXCEEDED instead of costing the connection. */
  readonly maxCallBytes: number;
  /** Messages and changes not yet acknowledged, failed messages included; one more fails with LIMIT_EXCEEDED. */
  readonly maxOutboxMessages: number;
  /** Settings, read cursors and the like on their way to the server, over all conversations; one more fails likewise. */
  readonly maxMemberOperations: number;
  /** Changes of groups, friends and the like that wait for an answer; one more fails likewise. */
  readonly maxRepeatedCalls: number;
  /** Times that such a change is tried, always under the same request id, before the last error is the caller's. */
  readonly maxCallAttempts: number;
  /** Pulls at once, over all conversations; more wait. */
  readonly maxPullsInFlight: number;
  /** Entries asked for by one pull, 1 to 500. */
  readonly pullPageEntries: number;
  /** Conversations whose missing entries are asked for by one call, 1 to 100; more share the next one. */
  readonly catchUpConversations: number;
  /** Conversations asked for by one sync answer, 1 to 200. */
  readonly syncPageConversations: number;
  /** Entries of one conversation that wait for a hole to close; the newest are dropped and pulled later. */
  readonly maxHeldEntries: number;
  /** Entries of one conversation kept in memory; the oldest are dropped and can be loaded again. */
  readonly maxKeptEntries: number;
  /** Groups watched at once; one more is refused with LIMIT_EXCEEDED. */
  readonly maxWatchedGroups: number;
  /** Members kept of a watched group; loading more fails with LIMIT_EXCEEDED. */
  readonly maxWatchedMembers: number;
  /** Profiles kept; the least recently used is dropped. */
  readonly maxCachedUsers: number;
  /** Friends in the list that is kept; further ones can be searched for. */
  readonly maxListedFriends: number;
  /** Users whose presence is watched by this device; one more fails with LIMIT_EXCEEDED. The server's own limit. */
  readonly maxWatchedUsers: number;
  /** Lists of posts watched at once; one more is refused with LIMIT_EXCEEDED. */
  readonly maxWatchedPostLists: number;
  /** Posts kept of a watched list; loading more fails with LIMIT_EXCEEDED, and of those that come the oldest give way. */
  readonly maxWatchedPosts: number;
  /** Changed posts of a list that are read again one by one; of more the first page is loaded again. */
  readonly maxRereadPosts: number;
  /** Notices of posts that are kept; loading more fails with LIMIT_EXCEEDED. */
  readonly maxKeptNotices: number;
  /** A profile is asked for again after this many milliseconds. */
  readonly userTtlMs: number;
  /** Milliseconds between two acks of one conversation; what is stored meanwhile goes with the next. */
  readonly ackIntervalMs: number;
  /** Acks sent this shortly before a connection was lost are sent again, in milliseconds. */
  readonly ackRepeatMs: number;
  /** Milliseconds between two signals that the user types in one conversation; those between are dropped. */
  readonly typingIntervalMs: number;
  /** A call without a reply fails with DEADLINE_EXCEEDED after this many milliseconds. */
  readonly callTimeoutMs: number;
  /** From opening the socket to `connected`; then the next attempt. */
  readonly connectTimeoutMs: number;
  /** A ping without any answer for this long: the server is taken for dead. */
  readonly pongTimeoutMs: number;
  /** A server's hint of when to come back is cut to this. */
  readonly maxReconnectHintMs: number;
  /** Milliseconds between two syncs that only check that nothing was missed; 0: never. */
  readonly selfCheckMs: number;
  /** Milliseconds after which what only such a sync has told of counts as missed; longer than the server's own recovery takes. */
  readonly selfCheckGraceMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxCallsInFlight: 64,
  maxQueuedCalls: 2048,
  maxCallBytes: 250 * 1024,
  maxOutboxMessages: 1000,
  maxMemberOperations: 1000,
  maxRepeatedCalls: 1000,
  maxCallAttempts: 5,
  maxPullsInFlight: 4,
  pullPageEntries: 500,
  catchUpConversations: 100,
  syncPageConversations: 100,
  maxHeldEntries: 1000,
  maxKeptEntries: 2000,
  maxWatchedGroups: 20,
  maxWatchedMembers: 1000,
  maxCachedUsers: 1000,
  maxListedFriends: 10_000,
  maxWatchedUsers: 200,
  maxWatchedPostLists: 20,
  maxWatchedPosts: 1000,
  maxRereadPosts: 20,
  maxKeptNotices: 500,
  userTtlMs: 600_000,
  ackIntervalMs: 1_000,
  ackRepeatMs: 60_000,
  typingIntervalMs: 3_000,
  callTimeoutMs: 10_000,
  connectTimeoutMs: 10_000,
  pongTimeoutMs: 10_000,
  maxReconnectHintMs: 600_000,
  selfCheckMs: 900_000,
  selfCheckGraceMs: 30_000,
};
