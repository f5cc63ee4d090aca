import { GroupApplication_State, GroupInvitation_State, QueqiaoError } from '@queqiao/sdk';
import type { Place } from './group-actions.js';
import { told, type GroupSessionDeps } from './group-deps.js';

/** Ways into groups: applications, invitations, the link in the address and face rooms. */
export class GroupRequests {
  #asking = false;
  #again = false;
  /** Of a link that was not looked up yet. */
  #token: string | undefined;

  constructor(private readonly deps: GroupSessionDeps) {}

  start(): void {
    const { client, meId } = this.deps;
    const listSoon = (): void => void this.#listSoon();
    client.on('state', ({ name }) => {
      if (name !== 'online') return;
      listSoon();
      if (this.#token !== undefined) void this.lookUp(this.#token);
    });
    client.on('applicationChanged', listSoon);
    client.on('invitationChanged', listSoon);
    client.on('applicationsRead', listSoon);
    client.on('invitationsRead', listSoon);
    // Who governs another group, or no longer does, sees other applications.
    client.on('roleChanged', ({ userIds }) => {
      if (userIds.includes(meId)) listSoon();
    });
    client.on('ownerChanged', ({ ownerId, previousOwnerId }) => {
      if (ownerId === meId || previousOwnerId === meId) listSoon();
    });
    client.on('leftGroup', listSoon);
    client.on('faceRoom', ({ roomId, userIds }) => {
      const { faceRoom } = this.deps.state();
      if (roomId !== faceRoom?.roomId) return;
      this.deps.want(userIds);
      this.deps.change({ faceRoom: { ...faceRoom, userIds } });
    });
  }

  /** Comes in, or applies; false: has to wait. */
  async join(groupId: string, text: string): Promise<boolean> {
    const { joined, conversationId } = await told(this.deps.client.groups.join(groupId, text));
    if (joined) this.deps.open(conversationId);
    return joined;
  }

  async handleApplication(groupId: string, userId: string, accept: boolean): Promise<void> {
    const { applications } = this.deps.client.groups;
    await told(applications.handle(groupId, userId, accept));
    await this.#listSoon();
  }

  async answerInvitation(groupId: string, accept: boolean): Promise<void> {
    const { groups } = this.deps.client;
    const { joined } = await told(groups.invitations.answer(groupId, accept));
    await this.#listSoon();
    if (joined) this.deps.open(`g:${groupId}`);
  }

  async seen(): Promise<void> {
    const { applications, invitations } = this.deps.client.groups;
    const { applications: asked, invitations: invited } = this.deps.state();
    if (asked.unread > 0) await told(applications.markRead());
    if (invited.unread > 0) await told(invitations.markRead());
  }

  /** A link that leads nowhere offers nothing; one that cannot be asked about now waits for a connection. */
  async lookUp(token: string): Promise<void> {
    this.#token = token;
    try {
      const { group } = await this.deps.client.groups.links.lookUp(token);
      if (this.#token !== token) return;
      this.#token = undefined;
      const { name: groupName, memberCount } = group;
      this.deps.change({ offer: { token, groupName, memberCount } });
    } catch (error) {
      if (this.#token !== token || (error instanceof QueqiaoError && error.retryable)) return;
      this.#token = undefined;
      this.deps.change({ offer: { token, groupName: '', memberCount: 0 } });
    }
  }

  async takeOffer(): Promise<void> {
    const { offer } = this.deps.state();
    if (offer === undefined) return;
    const { conversationId } = await told(this.deps.client.groups.links.join(offer.token));
    this.deps.change({ offer: undefined });
    this.deps.open(conversationId);
  }

  async enterFaceRoom(code: string, place: Place): Promise<void> {
    const { faceRooms } = this.deps.client.groups;
    const { roomId, users } = await told(faceRooms.enter({ code, ...place }));
    const userIds = users.map(({ userId }) => userId);
    this.deps.want(userIds);
    this.deps.change({ faceRoom: { roomId, code, userIds } });
  }

  async joinFaceRoom(name: string): Promise<void> {
    const { faceRoom } = this.deps.state();
    if (faceRoom === undefined) return;
    const { faceRooms } = this.deps.client.groups;
    const { conversationId } = await told(faceRooms.join(faceRoom.roomId, name));
    this.deps.change({ faceRoom: undefined });
    this.deps.open(conversationId);
  }

  /** Lists once more after the answers that are on their way; without a connection the next one does. */
  async #listSoon(): Promise<void> {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#again) {
        this.#again = false;
        await Promise.all([this.#listApplications(), this.#listInvitations()]);
      }
    } catch {
      this.#again = false;
    } finally {
      this.#asking = false;
    }
  }

  async #listApplications(): Promise<void> {
    const { groups } = this.deps.client;
    const { applications, unreadCount: unread } = await groups.applications.list();
    const pending = applications.filter(({ state }) => state === GroupApplication_State.PENDING);
    const known = await groups.getMany(pending.map(({ groupId }) => groupId));
    const rows = pending.map(({ groupId, userId, text }) => {
      return { groupId, groupName: known.get(groupId)?.name ?? groupId, userId, text };
    });
    this.deps.want(rows.map(({ userId }) => userId));
    this.deps.change({ applications: { rows, unread } });
  }

  async #listInvitations(): Promise<void> {
    const { invitations, unreadCount: unread } = await this.deps.client.groups.invitations.list();
    const rows = invitations
      .filter(({ state }) => state === GroupInvitation_State.PENDING)
      .map(({ groupId, groupName, inviterId, text }) => ({ groupId, groupName, inviterId, text }));
    this.deps.want(rows.map(({ inviterId }) => inviterId));
    this.deps.change({ invitations: { rows, unread } });
  }
}
