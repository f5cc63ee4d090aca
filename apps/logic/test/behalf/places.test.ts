import { DomainError } from '@queqiao/domain';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  audienceOf,
  callWith,
  grpcDoor,
  methodPaths,
  schemaOf,
  type AnyDoor,
  type JsonObject,
} from '../rig/any-door.js';
import { ApiRig } from '../rig/api-rig.js';
import { Follower } from '../events/event-rig.js';
import { furnishRich } from './rich-app.js';

const MINE = 'hush-of-mine';
const THEIRS = 'hush-of-theirs';

let rig: ApiRig;
let mine: TestApp;
let theirs: TestApp;
/** Of alice and of the back end, by app. */
const doors = new Map<TestApp, { user: AnyDoor; business: AnyDoor }>();
const posts = new Map<TestApp, string>();

beforeAll(async () => {
  rig = await ApiRig.start();
  mine = await rig.createApp('mine', { events: true });
  theirs = await rig.createApp('theirs', { events: true });
  for (const [app, marker] of [
    [mine, MINE],
    [theirs, THEIRS],
  ] as const) {
    posts.set(app, await furnishRich(rig, app, marker));
    const authorization = `Bearer ${await app.token('alice')}`;
    doors.set(app, {
      user: grpcDoor(rig, { authorization, 'queqiao-device': 'phone' }),
      business: grpcDoor(rig, { authorization: `Bearer ${app.credential}` }),
    });
  }
  // Posts of the last minute are in no export.
  await queryRows(rig.database.url, 'UPDATE posts SET created_ms = created_ms - 120000');
}, 120_000);
afterAll(async () => {
  for (const { user, business } of doors.values())
    for (const door of [user, business]) door.close();
  await rig.stop();
});

/** Fields of requests that say where a list goes on. */
const PLACE = /^(page_token|cursor|newer_token)$/;

const team: JsonObject = { group_id: 'team' };
/** What else a list has to be told. */
const MORE: Readonly<Record<string, JsonObject>> = {
  'client.v1.ConversationService/ListReaders': { conversation_id: 'g:team', seq: 2 },
  'client.v1.FriendService/ListFriendRequests': { direction: 'DIRECTION_INCOMING' },
  'client.v1.GroupService/ListMembers': team,
  'client.v1.MomentService/ListPosts': { user_id: 'alice' },
  'client.v1.UserService/SearchUsers': { query: 'hush' },
  'server.v1.ConversationService/ListConversations': { user_id: 'alice' },
  'server.v1.ConversationService/ListReadStates': { conversation_id: 'g:team' },
  'server.v1.ConversationService/ListReaders': { conversation_id: 'g:team', seq: 2 },
  'server.v1.FriendService/ListFriends': { user_id: 'alice' },
  'server.v1.GroupService/ListMembers': team,
  'server.v1.MessageService/ListMessages': { conversation_id: 'g:team' },
};

/** Only a receiver that fails for a day has any: they are the business of the tests of webhooks. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'queqiao.server.v1.WebhookService/ListDeadLetters',
]);

function request(app: TestApp, path: string): JsonObject {
  const ofPost = schemaOf(path).input.fields.some(({ name }) => name === 'post_id');
  const post: JsonObject = ofPost ? { post_id: posts.get(app) ?? '' } : {};
  return { ...MORE[path.replace('queqiao.', '')], ...post };
}

async function answer(app: TestApp, path: string, more: JsonObject): Promise<JsonObject> {
  const door = audienceOf(path) === 'user' ? doors.get(app)?.user : doors.get(app)?.business;
  if (!door) throw new Error('no door');
  return (await callWith(door, path, { ...request(app, path), ...more })) as JsonObject;
}

const placed = methodPaths('user', 'business')
  .filter((path) => !ELSEWHERE.has(path))
  .flatMap((path) => {
    const places = schemaOf(path).input.fields.filter(({ name }) => PLACE.test(name));
    return places.map(({ name }) => [path, name] as const);
  });

/** Where the first page of one ends. */
async function endOfPage(app: TestApp, path: string, field: string): Promise<string> {
  const list = field === 'newer_token' ? path.replace('ListNewPosts', 'ListTimeline') : path;
  const page = await answer(app, list, { limit: 1 });
  const end = page[{ newer_token: 'newerToken', cursor: 'cursor' }[field] ?? 'nextPageToken'];
  if (typeof end === 'string' && end !== '') return end;
  throw new Error(`${path} has a first page only`);
}

describe('a place in a list of another app', () => {
  it.each(placed)('shows nothing of it: %s by %s', async (path, field) => {
    const theirPlace = await endOfPage(theirs, path, field);
    const own = JSON.stringify(await answer(theirs, path, { [field]: theirPlace }));
    expect(own).not.toContain(MINE);
    const told = await answer(mine, path, { [field]: theirPlace }).catch((error: unknown) => {
      if (error instanceof DomainError) return `${error.code} ${error.field} ${error.message}`;
      throw error;
    });
    const text = JSON.stringify(told);
    expect(text).not.toContain(THEIRS);
    expect(text).not.toContain(posts.get(theirs));
    if (typeof told === 'string') expect(told).toMatch(/^INVALID_ARGUMENT /);
  });

  it('shows nothing of it: events by cursor', async () => {
    const past = await Follower.begin(rig, theirs, { fromOldest: true });
    await past.until(3);
    const [first] = past.seen;
    expect(JSON.stringify(past.seen)).toContain(THEIRS);
    const crossed = new Follower(rig, mine, { cursor: first?.cursor ?? '' });
    expect(await crossed.ended()).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'cursor' });
    expect(crossed.answers).toEqual([]);
    for (const follower of [past, crossed]) follower.close();
  });
});
