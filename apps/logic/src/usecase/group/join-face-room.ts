import { DomainError, groupConversationId, invalidArgument, type GroupId } from '@queqiao/domain';

import { activeState } from '../app/active-app.js';
import type { AppRules } from '../app/ports.js';
import { overQuota } from '../app/quotas.js';
import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import type { Users } from '../user/ports.js';
import { changeGroup, type GroupChangeDeps } from './change-deps.js';
import { checkLength } from '../check-fields.js';
import { DEFAULT_PROFILE } from './create-group.js';
import type { FaceRoom, FaceRoomEvents, FaceRooms } from './face-ports.js';
import { faceGroupId } from './group-id.js';
import { currentMembers, demand } from './group-rules.js';
import type { CameIn } from './join-by-link.js';
import { joinSteps } from './member-steps.js';
import { GROUP_NAME_MAX_LENGTH } from './update-group.js';

export interface JoinFaceRoomInput {
  readonly clientRequestId: string;
  readonly roomId: string;
  /** Of a new group; empty: made of the nicknames. */
  readonly name: string;
}

export interface JoinFaceRoomDeps extends GroupChangeDeps {
  readonly rooms: FaceRooms;
  readonly events: FaceRoomEvents;
  readonly users: Pick<Users, 'profiles'>;
}

const METHOD = 'JoinFaceRoom';

/**
 * Comes into the group of a face room, which is made first when it is not there: owned by who was the first in the room, and
 * with an id that follows from the room's, so that all who call make one group. Errors: INVALID_ARGUMENT, NOT_FOUND (not in
 * such a room), LIMIT_EXCEEDED, DISSOLVED, UNAVAILABLE.
 */
export class JoinFaceRoom {
  constructor(
    readonly deps: JoinFaceRoomDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: JoinFaceRoomInput): Promise<CameIn> {
    const { apps, groups, rooms, events } = this.deps;
    const { appId, caller } = context;
    const { clientRequestId, roomId } = input;
    const request = changeRequest(context, clientRequestId, METHOD);
    if (!/^\d{4}-[0-9a-f]{1,64}$/.test(roomId)) throw invalidArgument('room_id', 'is no room');
    const name = checkLength(input.name, GROUP_NAME_MAX_LENGTH, 'name');
    const app = await activeState(apps, appId);
    const { settings: rules } = app;
    // The room may be gone when a call is repeated, and the answer is not.
    const first = await groups.answered(appId, request);
    if (first !== undefined) return first.answer as CameIn;
    const room = await rooms.room(appId, roomId);
    if (room === null || !room.userIds.includes(caller.userId)) {
      throw new DomainError('NOT_FOUND', 'the caller is in no such room', { field: 'room_id' });
    }
    const groupId = faceGroupId(appId, roomId);
    const refusal = overQuota(app, 'maxGroups');
    await this.#ensureGroup(context, room, { groupId, name, rules, refusal });
    const answer = await this.#comeIn(context, clientRequestId, groupId);
    if (await rooms.mark(appId, roomId, groupId)) events.tell(appId, { ...room, groupId });
    return answer;
  }

  /** The same request of the system whoever calls: the first one makes the group, the others find it. */
  async #ensureGroup(
    { appId, signal }: UserContext,
    room: FaceRoom,
    group: {
      readonly groupId: GroupId;
      readonly name: string;
      readonly rules: AppRules;
      readonly refusal: DomainError | undefined;
    },
  ): Promise<void> {
    const { groups, notices, push } = this.deps;
    const { groupId, rules } = group;
    const [ownerId] = room.userIds;
    if (ownerId === undefined) return;
    const name = group.name === '' ? await this.#nameOf(appId, room) : group.name;
    const system = { kind: 'system', id: '' } as const;
    const what = { requestId: groupId, method: 'CreateFaceGroup', digest: undefined };
    const request = { actor: system, ...what, signal };
    const work = { ...this.options, appId, request, groupId, ownerId, again: null };
    const outcome = await groups.create(work, () => {
      if (group.refusal) throw group.refusal;
      return {
        answer: null,
        profile: { ...DEFAULT_PROFILE, name },
        memberIds: [ownerId],
        firstEntry: notice(system, notices.created(name, ownerId, [ownerId])),
        maxGroups: rules.maxGroupsPerUser,
      };
    });
    settled(push, outcome);
  }

  #comeIn(context: UserContext, clientRequestId: string, groupId: GroupId): Promise<CameIn> {
    const { caller } = context;
    const answer = { groupId, conversationId: groupConversationId(groupId) };
    const input = { clientRequestId, groupId };
    return changeGroup(this.deps, this.options, context, input, {
      method: METHOD,
      decide: (facts, rules) => {
        demand('enter', caller, facts);
        const userIds = [caller.userId];
        if (currentMembers(facts, userIds).length > 0) return { answer, steps: [] };
        const entry = notice(actorOf(caller), this.deps.notices.joined(userIds, 'face', ''));
        return { answer, steps: joinSteps(facts, userIds, { inviterId: '', entry, rules }) };
      },
    });
  }

  /** Of those who are there, as far as it goes. */
  async #nameOf(appId: UserContext['appId'], { userIds }: FaceRoom): Promise<string> {
    const profiles = await this.deps.users.profiles(appId, userIds);
    const names = new Map(profiles.map(({ userId, nickname }) => [userId, nickname]));
    const joined = userIds.map((id) => names.get(id) || id).join(', ');
    return Array.from(joined).slice(0, GROUP_NAME_MAX_LENGTH).join('');
  }
}
