import { GroupVisibility, HistoryPolicy, JoinMode } from '@queqiao/protocol/client';
import { eventually, queryRows } from '@queqiao/testkit';
import { settledChat, type Chat } from './chat.js';
import type { Choices } from './choices.js';
import type { BackEnd } from './doors.js';

export interface GroupsOptions {
  readonly users: readonly string[];
  readonly groups: number;
  readonly groupSize: number;
  /** The last so many of the groups have members who come and go; of every other one newcomers see the whole history. */
  readonly moving?: number;
  /**
   * One more group, with everybody and so many more who have no device, and with members who come and go. With its silent
   * members alone it has to be large by the app's largeGroupMembers.
   */
  readonly silentMembers?: number;
}

export interface GroupsDeps {
  readonly backEnd: BackEnd;
  readonly choices: Choices;
  /** Of the database. */
  readonly url: string;
  readonly appId: string;
}

const BATCH = 500;
/** Keeps a broken product from hanging the suite; no measurement. */
const GIVE_UP_MS = 120_000;

/** Creates the groups of a crowd. Those that are to be large are when it resolves. */
export async function createGroups(deps: GroupsDeps, options: GroupsOptions): Promise<Chat[]> {
  const { choices } = deps;
  const { users, groups, groupSize, moving = 0, silentMembers = 0 } = options;
  const chats: Chat[] = [];
  for (let index = 0; index < groups; index += 1) {
    const members = some(choices, users, groupSize);
    const moves = index - (groups - moving);
    if (moves >= 0) chats.push(await createOpen(deps, `group${index}`, members, moves % 2 === 1));
    else {
      const [owner = '', ...others] = members;
      const id = await deps.backEnd.createGroup(owner, `group${index}`, others);
      chats.push(settledChat(id, members));
    }
  }
  if (silentMembers > 0) chats.push(await createLarge(deps, users, silentMembers));
  return chats;
}

/** So many of them, in any order. */
export function some(choices: Choices, users: readonly string[], count: number): string[] {
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(choices.pick(users));
  return [...chosen];
}

/** Whether messages to a group go to the nodes' own lists of its members, and no longer to each of them. */
export async function isSubscribed(url: string, appId: string, id: string): Promise<boolean> {
  const sql = 'SELECT mode FROM conversations WHERE app_id = ? AND conversation_id = ?';
  const [row] = await queryRows(url, sql, [appId, id]);
  return row?.['mode'] === 'subscribed';
}

/** One that anybody may come to, with half of its members moving, and half of those out of it at first. */
async function createOpen(
  { backEnd }: GroupsDeps,
  groupId: string,
  users: readonly string[],
  fromStart: boolean,
): Promise<Chat> {
  const stayers = users.slice(0, Math.ceil(users.length / 2));
  const movers = users.slice(stayers.length);
  const firstMovers = movers.filter((_, index) => index % 2 === 0);
  const [owner = '', ...others] = stayers;
  const id = await backEnd.createGroup(owner, groupId, [...others, ...firstMovers], {
    joinMode: JoinMode.FREE,
    visibility: GroupVisibility.PUBLIC,
    history: fromStart ? HistoryPolicy.ALL : HistoryPolicy.SINCE_JOIN,
  });
  return { id, stayers, movers, firstMovers, fromStart, told: true };
}

async function createLarge(
  deps: GroupsDeps,
  users: readonly string[],
  silentMembers: number,
): Promise<Chat> {
  const { backEnd, url, appId, choices } = deps;
  const silent = Array.from({ length: silentMembers }, (_, index) => `silent${index}`);
  const groupId = 'large';
  const members = some(choices, users, users.length);
  const chat = await createOpen(deps, groupId, members, false);
  for (let at = 0; at < silent.length; at += BATCH) {
    const userIds = silent.slice(at, at + BATCH);
    await backEnd.upsert(...userIds);
    const request = { clientRequestId: `silent-${at}`, groupId, userIds };
    await backEnd.groups.addMembers(request, backEnd.options);
  }
  await eventually('a group is large', () => isSubscribed(url, appId, chat.id), GIVE_UP_MS);
  return { ...chat, told: false };
}
