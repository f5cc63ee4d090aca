import {
  ConversationServiceDefinition as Conversations,
  MessageServiceDefinition as Messages,
  SendRequest,
  UpdateSettingsRequest,
  type Conversation,
  type MemberState,
} from '@queqiao/protocol/client';
import { BareDevice, type Codec } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, text } from '../../src/doors.js';
import { withoutRecovery } from '../../src/no-recovery.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
const CHAT = 'd:ann:bob';

/** The same user on two connect nodes, by both subprotocols; bob is the other side of the chat. */
let phone: BareDevice;
let desk: BareDevice;
let bob: BareDevice;

beforeAll(async () => {
  await withoutRecovery(cluster());
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert('ann', 'bob');
  backEnd.close();
  phone = await signIn('ann', 'phone', 0, 'json');
  desk = await signIn('ann', 'desk', 1, 'proto');
  bob = await signIn('bob', 'phone', 1, 'json');
  for (const word of ['one', 'two', 'three']) await say(word);
  return () => Promise.all([phone, desk, bob].map((each) => each.close()));
});

async function signIn(user: string, deviceId: string, node: number, codec: Codec) {
  const token = await cluster().app.token(user);
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId, codec });
}

/** The seq of a message of bob's. */
async function say(words: string): Promise<number> {
  const request = { conversationId: CHAT, clientMsgId: words, content: text(words) };
  const { send } = Messages.methods;
  return (await bob.call(Messages, send, SendRequest.create(request), CHAT)).seq;
}

/** The state that a device is pushed, with no call of its own: of what was answered, or of a later change. */
async function pushedTo(
  device: BareDevice,
  passes: (state: MemberState) => boolean,
): Promise<MemberState> {
  const isWanted = (state: MemberState) => state.conversationId === CHAT && passes(state);
  const push = await device.next('push', ({ event }) => {
    return event?.$case === 'memberState' && isWanted(event.value);
  });
  if (push.event?.$case !== 'memberState') throw new Error('not a state');
  return push.event.value;
}

/** The row of the chat as a device with this cursor is told of it; undefined when nothing is new. */
async function synced(device: BareDevice, cursor: Uint8Array) {
  const { syncConversations } = Conversations.methods;
  const answer = await device.call(Conversations, syncConversations, { cursor, limit: 200 });
  const row = answer.conversations.find(({ conversationId }) => conversationId === CHAT);
  return { row, cursor: answer.cursor };
}

/** One change by the phone: its state is pushed to the desk as it was answered, and a sync then tells the same. */
async function seenBy(
  device: BareDevice,
  change: () => Promise<{ member: MemberState | undefined }>,
): Promise<{ member: MemberState; row: Conversation | undefined }> {
  const { cursor } = await synced(device, new Uint8Array());
  const { member } = await change();
  if (!member) throw new Error('the change was not answered with a state');
  expect(await pushedTo(device, ({ rev }) => rev === member.rev)).toEqual(member);
  const { row } = await synced(device, cursor);
  expect(row?.member).toEqual(member);
  return { member, row };
}

const set = (patch: object) => () =>
  phone.call(
    Conversations,
    Conversations.methods.updateSettings,
    UpdateSettingsRequest.create({ conversationId: CHAT, ...patch }),
  );

describe('what a user sets on one device', () => {
  it.each<[string, object, object]>([
    ['a pin', { pinned: true }, { pinned: true }],
    ['a mute', { muted: true }, { muted: true, pinned: true }],
    ['hiding', { hidden: true }, { hidden: true }],
    ['showing again', { hidden: false }, { hidden: false }],
    ['a draft', { draft: 'half a 🌉' }, { draft: 'half a 🌉' }],
    ['a remark', { remark: '阿宝' }, { remark: '阿宝' }],
    ['a mark as unread', { markedUnread: true }, { markedUnread: true }],
    ['the end of a mute', { muted: false }, { muted: false, remark: '阿宝', pinned: true }],
  ])('%s arrives on the other at once, and by sync', async (_name, patch, expected) => {
    const { member } = await seenBy(desk, set(patch));
    expect(member.settings).toMatchObject(expected);
  });

  it('a read cursor arrives, takes the mark away and shows the other side', async () => {
    const { markRead } = Conversations.methods;
    const { member } = await seenBy(desk, () =>
      phone.call(Conversations, markRead, { conversationId: CHAT, seq: 2 }),
    );
    expect(member).toMatchObject({ readSeq: 2, unread: 1, settings: { markedUnread: false } });
    expect(await pushedTo(bob, ({ peerReadSeq }) => peerReadSeq === 2)).toMatchObject({
      unread: 0,
    });
  });

  it('what is deleted for oneself is hidden on the other, and not from the other side', async () => {
    const { deleteForMe } = Messages.methods;
    const { member, row } = await seenBy(desk, () =>
      phone.call(Messages, deleteForMe, { conversationId: CHAT, seqs: [3, 1] }),
    );
    expect(member.hiddenSeqs).toEqual([1, 3]);
    expect(row?.lastEntry).toBeUndefined();
    expect((await synced(bob, new Uint8Array())).row).toMatchObject({
      lastEntry: { seq: 3 },
      member: { hiddenSeqs: [] },
    });
  });

  it('a cleared history is cleared on the other', async () => {
    const { clearHistory } = Conversations.methods;
    const { member } = await seenBy(desk, () =>
      phone.call(Conversations, clearHistory, { conversationId: CHAT, throughSeq: 0 }),
    );
    expect(member).toMatchObject({ clearedSeq: 3, readSeq: 3, unread: 0, hiddenSeqs: [] });
    await pushedTo(bob, ({ peerReadSeq }) => peerReadSeq === 3);
  });
});

describe('what a device says it has stored', () => {
  it('moves what the other side sees as delivered, by a push', async () => {
    const seq = await say('delivered');
    desk.send({ $case: 'ack', value: { conversationId: CHAT, seq } });
    const state = await pushedTo(bob, ({ peerDeliveredSeq }) => peerDeliveredSeq === seq);
    expect(state.peerReadSeq).toBeLessThan(seq);
    expect((await synced(bob, new Uint8Array())).row?.member).toEqual(state);
  });
});
