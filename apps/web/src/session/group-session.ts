import { describeConversation, type GroupRole } from '@queqiao/domain';
import type { Groups, WatchedGroup } from '@queqiao/sdk';
import type { GroupPatch } from '../state/group-notice.js';
import type { GroupInfo, MemberInfo } from '../state/group-state.js';
import type { GroupActions, Place } from './group-actions.js';
import { told, type GroupSessionDeps } from './group-deps.js';
import { muteEnd, toGroup, toMember, toProtoPatch, toProtoRole } from './group-mapper.js';
import { GroupRequests } from './group-requests.js';

/** Groups of the signed-in person: keeps the open one and the requests in the state, and turns wishes into calls. */
export class GroupSession implements GroupActions {
  readonly #deps: GroupSessionDeps;
  readonly #requests: GroupRequests;
  #watched: WatchedGroup | undefined;

  constructor(deps: GroupSessionDeps) {
    this.#deps = deps;
    this.#requests = new GroupRequests(deps);
  }

  start(): void {
    const { client } = this.#deps;
    client.on('watchedGroup', (watched) => {
      if (watched === this.#watched) this.#show(watched);
    });
    this.#requests.start();
  }

  /** Another conversation is open, or none. */
  opened(conversationId: string | undefined): void {
    const ref = conversationId === undefined ? undefined : describeConversation(conversationId);
    const groupId = ref?.kind === 'group' ? ref.group : undefined;
    if (groupId === this.#watched?.groupId) return;
    this.#watched?.close();
    this.#watched = groupId === undefined ? undefined : this.#deps.client.groups.watch(groupId);
    this.#deps.change({ open: undefined, gone: false, found: undefined, links: [] });
  }

  /** The address holds a link into a group. */
  offered(token: string): void {
    void this.#requests.lookUp(token);
  }

  update(patch: GroupPatch): Promise<void> {
    return this.#change((groups, id) => groups.update(id, toProtoPatch(patch)));
  }

  async addMembers(names: readonly string[], text: string): Promise<void> {
    const userIds = await this.#deps.existing(names);
    await this.#change((groups, id) => groups.addMembers(id, userIds, text));
  }

  removeMember(userId: string): Promise<void> {
    return this.#change((groups, id) => groups.removeMembers(id, [userId]));
  }

  setRole(userId: string, role: 'admin' | 'member'): Promise<void> {
    return this.#change((groups, id) => groups.setRole(id, [userId], toProtoRole(role)));
  }

  transfer(userId: string): Promise<void> {
    return this.#change((groups, id) => groups.transferOwnership(id, userId));
  }

  rename(userId: string, name: string): Promise<void> {
    return this.#change((groups, id) => groups.renameMember(id, userId, name));
  }

  mute(userId: string, lastsMs: number | undefined): Promise<void> {
    const untilMs = lastsMs === 0 ? 0 : muteEnd(this.#deps.now(), lastsMs);
    return this.#change((groups, id) => groups.muteMembers(id, [userId], untilMs));
  }

  leave(): Promise<void> {
    return this.#change((groups, id) => groups.leave(id));
  }

  dissolve(): Promise<void> {
    return this.#change((groups, id) => groups.dissolve(id));
  }

  async moreMembers(): Promise<void> {
    const { found } = this.#deps.state();
    if (found === undefined) await told(this.#watched?.loadMore() ?? Promise.resolve(false));
    else await this.#search(found.query, found.role, found.members, found.pageToken);
  }

  async search(query: string, role: GroupRole | undefined): Promise<void> {
    if (query === '' && role === undefined) this.#deps.change({ found: undefined });
    else await this.#search(query, role, [], '');
  }

  async showLinks(): Promise<void> {
    await this.#change(async (groups, id) => {
      const links = (await groups.links.list(id)).map(({ token, uses }) => ({ token, uses }));
      if (id === this.#watched?.groupId) this.#deps.change({ links });
    });
  }

  async createLink(): Promise<void> {
    await this.#change((groups, id) => groups.links.create(id));
    await this.showLinks();
  }

  async revokeLink(token: string): Promise<void> {
    await this.#change((groups, id) => groups.links.revoke(id, token));
    await this.showLinks();
  }

  join(groupId: string, text: string): Promise<boolean> {
    return this.#requests.join(groupId, text);
  }

  handleApplication(groupId: string, userId: string, accept: boolean): Promise<void> {
    return this.#requests.handleApplication(groupId, userId, accept);
  }

  answerInvitation(groupId: string, accept: boolean): Promise<void> {
    return this.#requests.answerInvitation(groupId, accept);
  }

  requestsSeen(): Promise<void> {
    return this.#requests.seen();
  }

  takeOffer(): Promise<void> {
    return this.#requests.takeOffer();
  }

  dropOffer(): void {
    this.#deps.change({ offer: undefined });
    this.#deps.open(undefined);
  }

  enterFaceRoom(code: string, place: Place): Promise<void> {
    return this.#requests.enterFaceRoom(code, place);
  }

  joinFaceRoom(name: string): Promise<void> {
    return this.#requests.joinFaceRoom(name);
  }

  leaveFaceRoom(): void {
    this.#deps.change({ faceRoom: undefined });
  }

  #show(watched: WatchedGroup): void {
    const open = toGroup(watched);
    const gone = watched.known && open?.self === undefined && open?.dissolved !== true;
    this.#deps.change({ open, gone });
    if (open?.self === undefined) return;
    this.#deps.want(open.members.map(({ userId }) => userId));
    // The first page tells what those are called who write here.
    if (open.members.length === 0 && !open.complete) watched.loadMore().catch(() => undefined);
    this.#renewSearch(open);
  }

  /** What was found may not be so any more. */
  #renewSearch({ groupId }: GroupInfo): void {
    const { found } = this.#deps.state();
    if (found === undefined || groupId !== this.#watched?.groupId) return;
    this.#search(found.query, found.role, [], '').catch(() => undefined);
  }

  async #search(
    query: string,
    role: GroupRole | undefined,
    before: readonly MemberInfo[],
    pageToken: string,
  ): Promise<void> {
    await this.#change(async (groups, id) => {
      const roles = role === undefined ? {} : { role: toProtoRole(role) };
      const page = await groups.listMembers(id, { query, pageToken, ...roles });
      if (id !== this.#watched?.groupId) return;
      const members = [...before, ...page.members.map(toMember)];
      this.#deps.change({ found: { query, role, members, pageToken: page.nextPageToken } });
      this.#deps.want(members.map(({ userId }) => userId));
    });
  }

  async #change(call: (groups: Groups, groupId: string) => Promise<unknown>): Promise<void> {
    const groupId = this.#watched?.groupId;
    if (groupId !== undefined) await told(call(this.#deps.client.groups, groupId));
  }
}
