import type { GroupMember } from '@queqiao/protocol/client';

/** The first members of a group by user id, as far as they were loaded, and never more than `max`. */
export class MemberList {
  #members: GroupMember[] = [];
  /** Undefined: nothing was loaded; empty: there are no more. */
  #nextPageToken: string | undefined;
  /** The next page begins behind it. */
  #throughId = '';

  constructor(private readonly max: number) {}

  get members(): readonly GroupMember[] {
    return this.#members;
  }
  get loaded(): boolean {
    return this.#nextPageToken !== undefined;
  }
  /** All members are here. */
  get complete(): boolean {
    return this.#nextPageToken === '';
  }
  /** How many more there is room for. */
  get room(): number {
    return this.max - this.#members.length;
  }
  /** Of the next page. */
  get pageToken(): string {
    return this.#nextPageToken ?? '';
  }

  /** Whether this member would be among those that are here. */
  covers(userId: string): boolean {
    return this.complete || userId <= this.#throughId;
  }

  append(page: readonly GroupMember[], nextPageToken: string): void {
    this.#members = [...this.#members, ...page];
    this.#nextPageToken = nextPageToken;
    this.#throughId = page.at(-1)?.userId ?? this.#throughId;
  }

  clear(): void {
    this.#members = [];
    this.#nextPageToken = undefined;
    this.#throughId = '';
  }

  drop(userIds: readonly string[]): void {
    const gone = new Set(userIds);
    this.#members = this.#members.filter(({ userId }) => !gone.has(userId));
  }

  patch(userIds: readonly string[], change: Partial<GroupMember>): void {
    const changed = new Set(userIds);
    this.#members = this.#members.map((member) =>
      changed.has(member.userId) ? { ...member, ...change } : member,
    );
  }

  /** Members as they are now, in place of what is known of them. */
  put(members: readonly GroupMember[]): void {
    const fresh = new Set(members.map(({ userId }) => userId));
    const others = this.#members.filter(({ userId }) => !fresh.has(userId));
    this.#members = [...others, ...members].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    this.#cut();
  }

  /** The last ones give way; a page that begins behind them would leave a hole. */
  #cut(): void {
    if (this.#members.length <= this.max) return;
    this.#members.length = this.max;
    this.#nextPageToken = CUT;
    this.#throughId = this.#members.at(-1)?.userId ?? '';
  }
}

/** Stands for a next page that is never asked for: there is no room. */
const CUT = 'cut';
