import { parseAppId } from '@queqiao/domain';
import { FriendServiceDefinition as Friends } from '@queqiao/protocol/client';
import {
  FriendServiceDefinition as ServerFriends,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { callWith, linkDoor } from '../rig/any-door.js';
import { newId, type ApiRig } from '../rig/api-rig.js';
import { BROADCAST_ROWS } from './broadcast-fields.js';
import { COMMENT_ROWS } from './comment-fields.js';
import { LIMITS } from './content-fields.js';
import { furnishGroups } from './group-fields.js';
import { POST_ROWS } from './moment-fields.js';
import { ORIGIN } from './node-fields.js';
import { WEBHOOK_ROWS } from './webhook-fields.js';

/** Of the app that the rows speak of. */
export const FIELDS_SETTINGS = {
  ...LIMITS,
  maxGroupCreateMembers: 4,
  allowedOrigins: [ORIGIN],
  events: true,
};

/** What the rows of the tables of fields speak of, in an app `demo`; answers a face room that alice is in. */
export async function furnish(rig: ApiRig, app: TestApp): Promise<string> {
  await rig.createApp('managed');
  await rig.createApp('ending');
  await rig.changeApps((apps) => apps.setStatus(parseAppId('ending'), 'suspended'));
  await rig
    .backEnd(`Bearer ${app.credential}`)
    .upsert('alice', 'bob', 'carol', 'dave', 'eve', 'frank', 'ivan');
  await befriend(rig, app);
  await queryRows(rig.database.url, POST_ROWS);
  await queryRows(rig.database.url, COMMENT_ROWS);
  await queryRows(rig.database.url, BROADCAST_ROWS);
  for (const sql of WEBHOOK_ROWS) await queryRows(rig.database.url, sql);
  const alice = await rig.signedIn(app, 'alice');
  await alice.createGroup({ groupId: 'team', memberIds: ['bob'] });
  await alice.createGroup({ groupId: 'ending', memberIds: ['bob'] });
  const bob = await rig.signedIn(app, 'bob');
  await bob.createGroup({ groupId: 'of-bob', memberIds: ['alice'] });
  for (const said of ['a', 'b', 'c', 'd', 'e']) await alice.send('g:team', `first-${said}`, said);
  await alice.send('d:alice:bob', 'first', 'hello');
  await signInTablet(rig, app);
  return furnishGroups(rig, app);
}

async function signInTablet(rig: ApiRig, app: TestApp): Promise<void> {
  const door = linkDoor(rig, 'proto');
  const open = { token: await app.token('alice'), device: { id: 'tablet' }, origin: ORIGIN };
  await callWith(door, 'queqiao.link.v1.SessionService/OpenSession', open);
  door.close();
}

async function befriend(rig: ApiRig, app: TestApp): Promise<void> {
  const asking = async (who: string, userId: string) => {
    const call = await rig.calls(app, who);
    await call(Friends, 'sendFriendRequest', { clientRequestId: newId(), userId });
  };
  for (const who of ['bob', 'carol']) await asking(who, 'alice');
  await asking('alice', 'dave');
  const backEnd = rig.backEndCalls(app);
  const pairs = ['eve', 'frank'].map((userB) => ({ userA: 'alice', userB }));
  await backEnd(ServerFriends, 'addFriends', { clientRequestId: newId(), pairs });
  await backEnd(ServerUsers, 'upsertUsers', { users: [{ userId: 'bob', handle: 'bob@x' }] });
}
