import {
  CreateGroupRequest,
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as Messages,
  SendFriendRequestRequest,
  SendRequest,
  UpdateGroupRequest,
  UpdateMeRequest,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';

/** Messages go through the append writer; changes are of groups, friends and profiles, in turn. */
export const FLOOD_KINDS = ['messages', 'changes'] as const;
export type FloodKind = (typeof FLOOD_KINDS)[number];

export interface FloodCall {
  readonly method: string;
  readonly body: Uint8Array;
  readonly affinity: string;
}

/** Who calls, the user next to him, and what makes the call one of its own. */
interface Occasion {
  readonly userId: string;
  readonly otherId: string;
  readonly id: string;
  readonly count: number;
}

/** A group of the caller with everybody; made before there is a flood. */
export function groupCall(userId: string, memberIds: readonly string[]): FloodCall {
  const groupId = groupOf(userId);
  const request = { clientRequestId: groupId, name: 'flood', groupId, memberIds: [...memberIds] };
  const body = CreateGroupRequest.encode(CreateGroupRequest.create(request)).finish();
  return { method: `${Groups.fullName}/${Groups.methods.createGroup.name}`, body, affinity: '' };
}

export function floodCall(kind: FloodKind, occasion: Occasion): FloodCall {
  if (kind === 'messages') return messageCall(occasion);
  const change = [updateGroup, askFriend, updateMe][occasion.count % 3] ?? updateMe;
  return change(occasion);
}

function messageCall({ userId, otherId, id }: Occasion): FloodCall {
  const conversationId = `d:${[userId, otherId].sort().join(':')}`;
  const content = { body: { $case: 'text', value: { text: 'x'.repeat(100) } } } as const;
  const request = SendRequest.create({ conversationId, clientMsgId: id, content });
  const body = SendRequest.encode(request).finish();
  const method = `${Messages.fullName}/${Messages.methods.send.name}`;
  return { method, body, affinity: conversationId };
}

function updateGroup({ userId, id }: Occasion): FloodCall {
  const request = { clientRequestId: id, groupId: groupOf(userId), introduction: id };
  const body = UpdateGroupRequest.encode(UpdateGroupRequest.create(request)).finish();
  return { method: `${Groups.fullName}/${Groups.methods.updateGroup.name}`, body, affinity: '' };
}

/** The same one again and again, each time renewed. */
function askFriend({ otherId, id }: Occasion): FloodCall {
  const request = { clientRequestId: id, userId: otherId, text: id };
  const body = SendFriendRequestRequest.encode(SendFriendRequestRequest.create(request)).finish();
  const method = `${Friends.fullName}/${Friends.methods.sendFriendRequest.name}`;
  return { method, body, affinity: '' };
}

function updateMe({ id }: Occasion): FloodCall {
  const request = { clientRequestId: id, nickname: id };
  const body = UpdateMeRequest.encode(UpdateMeRequest.create(request)).finish();
  return { method: `${Users.fullName}/${Users.methods.updateMe.name}`, body, affinity: '' };
}

const groupOf = (userId: string): string => `of-${userId}`.slice(0, 64);
