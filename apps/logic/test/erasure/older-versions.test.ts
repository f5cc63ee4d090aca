import { GroupServiceDefinition as Groups, Sender_Kind } from '@queqiao/protocol/client';
import {
  ImportedMessage,
  ImportServiceDefinition as Imports,
  MessageServiceDefinition as ServerMessages,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/server';
import { HEAD_FLAGS } from '@queqiao/domain';
import { ERASURE_VERSION } from '@queqiao/store-mysql';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { columnsWith } from '../users/stored-words.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
let bob: UserCall;
const id = () => ({ clientRequestId: newId() });
const ann = { kind: Sender_Kind.USER, id: 'ann' };
const system = { kind: Sender_Kind.SYSTEM, id: '' };
const shop = { kind: Sender_Kind.BUSINESS, id: 'shop' };
const CHATS = ['d:ann:ann', 'd:ann:shop', 's:ann'];
const sql = (text: string) => queryRows(rig.database.url, text);

const say = (conversationId: string, sender: typeof ann) =>
  backEnd(ServerMessages, 'sendMessage', {
    sender,
    conversationId,
    clientMsgId: newId(),
    content: contentOf('said'),
  });

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app);
  const users = ['ann', 'bob', 'shop'].map((userId) => ({ userId }));
  await backEnd(Users, 'upsertUsers', { users });
  bob = await rig.calls(app, 'bob');
});
afterAll(() => rig.stop());

/** As an erasure left it that closed no chats, and knew of nothing that was imported. */
async function erasedByAnOlderVersion(): Promise<void> {
  await sql('DELETE FROM imported_senders');
  await backEnd(Users, 'eraseUser', { ...id(), userId: 'ann' });
  await eventually('the user is gone', async () => {
    const [row] = await sql("SELECT phase FROM erasures WHERE user_id = 'ann'");
    return row?.['phase'] === 'sweep';
  });
  await sql(`UPDATE conversations SET flags = flags & ~${HEAD_FLAGS.closed}`);
  await sql("UPDATE erasures SET phase = 'done', done_to = '', due_ms = NULL, version = 0");
  await sql("INSERT INTO imported_sender_searches (app_id) VALUES ('demo')");
}

it('who was erased by an older version is erased again: chats are closed, and what was imported goes', async () => {
  await say('d:ann:ann', ann);
  await say('d:ann:shop', shop);
  await say('s:ann', system);
  await bob(Groups, 'createGroup', { ...id(), groupId: 'club', name: 'Club' });
  const content = contentOf('okapi');
  const message = { sender: ann, clientMsgId: newId(), createdMs: 1_000, content };
  const messages = [ImportedMessage.create(message)];
  await backEnd(Imports, 'importMessages', { conversationId: 'g:club', messages });
  await erasedByAnOlderVersion();
  expect(await columnsWith(rig.database.url, 'okapi')).toEqual(['entries.content']);
  for (const chat of CHATS) await say(chat, system);

  await rig.addNode();
  await eventually('it is erased again', async () => {
    const [row] = await sql("SELECT version, due_ms FROM erasures WHERE user_id = 'ann'");
    return row?.['version'] === ERASURE_VERSION && row['due_ms'] === null;
  });
  expect(await columnsWith(rig.database.url, 'okapi')).toEqual([]);
  const missing = { code: 'NOT_FOUND', field: 'conversation_id' };
  for (const chat of CHATS) expect(await failureOf(say(chat, system))).toEqual(missing);
  const device = await rig.signedIn(app, 'bob');
  const { entries } = await device.pull({ conversationId: 'g:club', limit: 100 });
  expect(entries.map((entry) => entry.content?.body?.$case)).toContain('delete');
  expect(await sql('SELECT * FROM imported_senders')).toEqual([]);
});
