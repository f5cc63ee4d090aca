import { FriendServiceDefinition as Friends } from '@queqiao/protocol/client';
import type { Person } from './person.js';

export function chatOf(one: Person, other: Person): string {
  return `d:${[one.id, other.id].sort().join(':')}`;
}

/** By a request and its acceptance, of which both are told. */
export async function befriend(one: Person, other: Person): Promise<void> {
  await one.does(Friends, 'sendFriendRequest', { userId: other.id });
  await other.does(Friends, 'acceptFriendRequest', { userId: one.id });
  await hearOfFriendship(one, other);
}

/** What both are told from the request to the greeting. */
export async function hearOfFriendship(one: Person, other: Person): Promise<void> {
  for (const person of [one, other]) {
    const asked = { by: one.id, friendRequestChanged: {} };
    await person.hears(person.feed, asked, { friendChanged: {} }, { friendRequestChanged: {} });
    await person.hears(chatOf(one, other), { becameFriends: { requesterId: one.id } });
  }
}

/** By either, and both are told. */
export async function part(one: Person, other: Person): Promise<void> {
  await one.does(Friends, 'deleteFriend', { userId: other.id });
  for (const person of [one, other]) {
    await person.hears(person.feed, { by: one.id, friendChanged: { removed: true } });
  }
}
