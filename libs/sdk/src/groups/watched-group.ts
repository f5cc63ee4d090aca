import {
  GroupServiceDefinition as Groups,
  type Group,
  type GroupMember,
} from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller, CallOptions } from '../connection/typed-call.js';
import { QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import { Turns } from '../turns.js';
import { MAX_IDS_PER_CALL } from './group-calls.js';
import { applyToGroup, type GroupNews } from './group-news.js';
import { MemberList } from './member-list.js';

/** Members loaded again when the list is begun anew. */
const FIRST_PAGE_MEMBERS = 100;

export interface WatchedGroupDeps {
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly newBackoff: () => Backoff;
  readonly userId: () => string;
  readonly onChange: (watched: WatchedGroup) => void;
  readonly onClose: (watched: WatchedGroup) => void;
}

/**
 * A group and its members as they are, as long as it is watched: every change is told by a `watchedGroup` event. Members come
 * when they are asked for, page by page. The group's log keeps both current, but for who comes into a large group and who
 * leaves it: that is seen when the pages are loaded again.
 */
export class WatchedGroup {
  readonly #list: MemberList;
  readonly #turns: Turns;
  #group: Group | undefined;
  #known = false;
  #staleGroup = true;
  #staleList = false;
  readonly #staleIds = new Set<string>();

  constructor(
    readonly groupId: string,
    private readonly deps: WatchedGroupDeps,
  ) {
    this.#list = new MemberList(deps.limits.maxWatchedMembers);
    this.#turns = new Turns({
      clock: deps.clock,
      newBackoff: deps.newBackoff,
      settle: () => this.#settle(),
      closedMessage: 'the group is no longer watched',
    });
    this.#settleSoon();
  }

  /** Undefined: not known yet (see `known`), or there is no such group for the user. */
  get group(): Group | undefined {
    return this.#group;
  }
  /** The server has answered what the group is. */
  get known(): boolean {
    return this.#known;
  }
  /** Those that were loaded, by user id. */
  get members(): readonly GroupMember[] {
    return this.#list.members;
  }
  /** `members` are all. */
  get complete(): boolean {
    return this.#list.complete;
  }

  /**
   * Loads the next page of up to `limit` (1 to 200) members; false when there are no more. Rejects like a call, and with
   * LIMIT_EXCEEDED (maxWatchedMembers) when no more may be kept: page on with `listMembers`.
   */
  loadMore(limit = 100): Promise<boolean> {
    const { groupId } = this;
    return this.#turns.take(async () => {
      if (this.#list.complete) return false;
      const { maxWatchedMembers } = this.deps.limits;
      if (this.#list.room <= 0) {
        const message = `${maxWatchedMembers} members are kept of a watched group`;
        throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxWatchedMembers' });
      }
      const request = { pageToken: this.#list.pageToken, limit: Math.min(limit, this.#list.room) };
      const page = await this.deps.call(Groups, 'listMembers', { groupId, ...request });
      this.#list.append(page.members, page.nextPageToken);
      this.deps.onChange(this);
      return true;
    });
  }

  /** Loads the group and the first page of members again. Rejects like a call. */
  refresh(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#askGroup({});
      if (this.#group?.self !== undefined) await this.#askFirstPage({});
    });
  }

  close(): void {
    this.#turns.close();
    this.deps.onClose(this);
  }

  /** The log says this. */
  heard(news: GroupNews): void {
    const about = applyToGroup(this.#group, this.#list, news, this.deps.userId());
    this.#group = about.group;
    if (about.askGroup || this.#turns.asking) this.#staleGroup = true;
    // What was asked for before may be answered as it was before.
    for (const id of this.#turns.asking ? about.userIds : about.askIds) this.#staleIds.add(id);
    this.#settleSoon();
    this.deps.onChange(this);
  }

  /** There is a connection again: what could not be had is asked for, and what nobody tells of. */
  resume(): void {
    this.#staleGroup = true;
    this.#settleSoon();
  }

  /** Everything known is void. */
  reset(): void {
    this.#staleList = this.#list.loaded;
    this.resume();
  }

  #settleSoon(): void {
    this.#turns.settleSoon(this.#staleGroup || this.#staleList || this.#staleIds.size > 0);
  }

  /** Asks what is stale, until nothing is. What fails stays so. */
  async #settle(): Promise<void> {
    const options = { thisSessionOnly: true };
    if (this.#staleGroup) {
      this.#staleGroup = false;
      await this.#askGroup(options).catch(failing(() => (this.#staleGroup = true)));
    }
    if (this.#staleList) {
      this.#staleList = false;
      await this.#askFirstPage(options).catch(failing(() => (this.#staleList = true)));
    }
    const ids = [...this.#staleIds].slice(0, MAX_IDS_PER_CALL);
    for (const id of ids) this.#staleIds.delete(id);
    const covered = ids.filter((id) => this.#list.covers(id));
    const again = failing(() => covered.forEach((id) => this.#staleIds.add(id)));
    if (covered.length > 0) await this.#askMembers(covered, options).catch(again);
    this.#settleSoon();
  }

  async #askGroup(options: CallOptions): Promise<void> {
    const request = { groupIds: [this.groupId] };
    const { groups } = await this.deps.call(Groups, 'getGroups', request, options);
    this.#group = groups[0];
    this.#known = true;
    if (this.#group?.self === undefined) this.#list.clear();
    this.deps.onChange(this);
  }

  async #askFirstPage(options: CallOptions): Promise<void> {
    const limit = Math.min(FIRST_PAGE_MEMBERS, this.deps.limits.maxWatchedMembers);
    const request = { groupId: this.groupId, limit };
    const page = await this.deps.call(Groups, 'listMembers', request, options);
    this.#list.clear();
    this.#list.append(page.members, page.nextPageToken);
    this.deps.onChange(this);
  }

  async #askMembers(userIds: string[], options: CallOptions): Promise<void> {
    const request = { groupId: this.groupId, userIds };
    const { members } = await this.deps.call(Groups, 'getMembers', request, options);
    const there = new Set(members.map(({ userId }) => userId));
    this.#list.drop(userIds.filter((id) => !there.has(id)));
    this.#list.put(members);
    this.deps.onChange(this);
  }
}

function failing(note: () => unknown): (failure: unknown) => never {
  return (failure) => {
    note();
    throw failure;
  };
}
