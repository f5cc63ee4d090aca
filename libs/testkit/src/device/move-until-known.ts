import { DomainError } from '@queqiao/domain';
import { GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import type { BareDevice } from './bare-device.js';
import { untilKnown, type Reconnecting } from './send-until-known.js';

/** What the device's user can do about who is in a group: come, go, bring another in, take another out. */
export type MemberMove =
  | { readonly kind: 'join' | 'leave' }
  | { readonly kind: 'add' | 'remove'; readonly userId: string };

/** Names one move of a group, whatever becomes of its attempts. */
export interface MoveIds {
  readonly groupId: string;
  readonly clientRequestId: string;
}

/**
 * Makes a move, repeated under its id like a send. Rejects with the DomainError of a definitive refusal, and with CONFLICT when
 * the answer says that nobody came or went.
 */
export async function moveUntilKnown(
  device: Reconnecting,
  ids: MoveIds,
  move: MemberMove,
): Promise<void> {
  const moved = await untilKnown(device, (socket) => ask(socket, ids, move));
  if (!moved) throw new DomainError('CONFLICT', `the ${move.kind} moved nobody`);
}

async function ask(socket: BareDevice, ids: MoveIds, move: MemberMove): Promise<boolean> {
  const { joinGroup, leaveGroup, addMembers, removeMembers } = Groups.methods;
  switch (move.kind) {
    case 'join':
      return (await socket.call(Groups, joinGroup, { ...ids, text: '' })).joined;
    case 'leave':
      await socket.call(Groups, leaveGroup, ids);
      return true;
    case 'add': {
      const request = { ...ids, userIds: [move.userId], text: '' };
      return (await socket.call(Groups, addMembers, request)).addedIds.includes(move.userId);
    }
    case 'remove': {
      const request = { ...ids, userIds: [move.userId] };
      const { removedIds } = await socket.call(Groups, removeMembers, request);
      return removedIds.includes(move.userId);
    }
  }
}
