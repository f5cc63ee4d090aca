import {
  GroupRole,
  GroupServiceDefinition as Groups,
  type CreateGroupRequest,
} from '@queqiao/protocol/client';
import type { Told } from './heard-log.js';
import type { Person } from './person.js';

/** A group of the first of these people, of which all of them are told. Resolves with its id. */
export async function foundGroup(
  [owner, ...others]: readonly [Person, ...Person[]],
  more: Partial<CreateGroupRequest> = {},
): Promise<string> {
  const memberIds = others.map(({ id }) => id);
  const request = { name: 'Team', memberIds, ...more };
  const { groupId, conversationId } = await owner.does(Groups, 'createGroup', request);
  const told = { by: '', groupCreated: { creatorId: owner.id } };
  await allHear([owner, ...others], conversationId, told);
  return groupId;
}

export async function allHear(
  people: readonly Person[],
  conversationId: string,
  ...wanted: readonly Told[]
): Promise<void> {
  for (const person of people) await person.hears(conversationId, ...wanted);
}

/** Makes one an admin, of which all of these are told. */
export async function appoint(
  owner: Person,
  groupId: string,
  admin: Person,
  ...listeners: Person[]
): Promise<void> {
  const change = { userIds: [admin.id], role: GroupRole.ADMIN };
  await owner.does(Groups, 'setRole', { groupId, ...change });
  await allHear([owner, admin, ...listeners], `g:${groupId}`, { roleChanged: change });
  await admin.holds(`g:${groupId}`, { role: GroupRole.ADMIN });
}
