import type { Session } from './session.js';

/** Leaves that are remembered to judge memberships that were read a moment earlier. */
const MAX_RECENT_LEAVES = 2_000;

export function largeKey(appId: string, conversationId: string): string {
  return `${appId} ${conversationId}`;
}

/** The sessions that this node has in one large group, as of one leave_version of it. */
export class LargeSet {
  /** The one copy of the key that sessions share. */
  readonly key: string;
  /** With the seq after which each one sees entries. */
  readonly sessions = new Map<Session, number>();
  readonly #recent = new Map<string, number>();
  /** Leaves after it are in `#recent`. */
  #recentFrom: number;

  constructor(
    readonly appId: string,
    readonly conversationId: string,
    /** Who left up to this version is not in here any more. */
    public version: number,
  ) {
    this.key = largeKey(appId, conversationId);
    this.#recentFrom = version;
  }

  /**
   * Whether a membership that was read at `leaveVersion` holds now. `unknown`: read it again. `behind`: first learn who left
   * until then.
   */
  judge(userId: string, leaveVersion: number): 'holds' | 'behind' | 'unknown' {
    if (leaveVersion === this.version) return 'holds';
    if (leaveVersion > this.version) return 'behind';
    if (leaveVersion < this.#recentFrom) return 'unknown';
    return (this.#recent.get(userId) ?? 0) > leaveVersion ? 'unknown' : 'holds';
  }

  /** Notes who left, and raises the version to what that covers. */
  advance(
    version: number,
    leavers: readonly { readonly userId: string; readonly leaveVersion: number }[],
  ): void {
    if (this.#recent.size + leavers.length > MAX_RECENT_LEAVES) {
      this.#recent.clear();
      this.#recentFrom = version;
    } else {
      for (const { userId, leaveVersion } of leavers) this.#recent.set(userId, leaveVersion);
    }
    this.version = Math.max(this.version, version);
  }
}
