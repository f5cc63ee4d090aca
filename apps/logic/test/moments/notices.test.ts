import {
  MomentNotice_Kind as Kind,
  MomentServiceDefinition as Moments,
  PostContent,
  type Content,
} from '@queqiao/protocol/client';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';
import { LiveDevices } from '../rig/live-devices.js';
import { openStores } from '../rig/own-stores.js';
import { audience, MomentRig, saying, type Person } from './moment-rig.js';
import {
  comment,
  deleteComment,
  like,
  markRead,
  noticesOf,
  toldTo,
  unlike,
  unreadOf,
} from './notice-calls.js';
import { StoppedNode } from './stopped-node.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;
let carol: Person;
let dave: Person;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
/** Ann's friends are bob, carol and dave; bob and carol are friends too. */
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  dave = await moments.user('dave');
  await moments.befriend([ann, bob], [ann, carol], [ann, dave], [bob, carol]);
});

/** Whoever has to be told has been. */
const settled = (of: ApiRig = rig) =>
  eventually('jobs are done', async () => {
    const [row] = await queryRows(of.database.url, 'SELECT COUNT(*) AS n FROM moment_jobs');
    return row?.['n'] === 0;
  });

const mentioning = (text: string, ...who: Person[]): PostContent =>
  PostContent.create({ ...saying(text), mentionedUserIds: who.map(({ id }) => id) });
const post = async (content: PostContent, to = audience('FRIENDS')) => {
  const request = { clientRequestId: newId(), content, audience: to };
  return (await ann.call(Moments, 'createPost', request)).postId;
};
const edit = (postId: string, content: PostContent) =>
  ann.call(Moments, 'editPost', { clientRequestId: newId(), postId, content });

/** What the feed says of notices. */
async function feed(who: Person): Promise<{ seq: number; body: Content['body'] }[]> {
  const device = await rig.signedIn(app, who.id, 1);
  const { entries } = await device.pull({ conversationId: `s:${who.id}` });
  return entries
    .map(({ seq, content }) => ({ seq, body: content?.body }))
    .filter(({ body }) => body?.$case.startsWith('momentNotice') ?? false);
}

describe('whom a post mentions', () => {
  it('is told, as far as the post is for them', async () => {
    const stranger = await moments.user('eve');
    const content = mentioning('hi', bob, carol, stranger, ann, bob);
    const postId = await post(content, audience('EXCEPT', [carol.id]));
    await settled();
    const [notice] = await noticesOf(bob);
    const words = { kind: Kind.MENTION, postId, actorId: ann.id };
    expect(notice).toMatchObject({ ...words, unread: true, comment: undefined });
    const value = { ...words, commentId: '' };
    expect(await feed(bob)).toEqual([
      { seq: notice?.seq, body: { $case: 'momentNoticed', value } },
    ]);
    for (const who of [ann, carol, dave, stranger]) {
      expect([await feed(who), await unreadOf(who)]).toEqual([[], 0]);
    }
  });

  it('is told once, whatever is edited, and shown nothing that was edited away', async () => {
    const postId = await post(mentioning('one', bob));
    await edit(postId, mentioning('two', bob, carol));
    await settled();
    for (const who of [bob, carol]) expect(await toldTo(who)).toEqual(['MENTION ann']);
    await edit(postId, mentioning('three', carol));
    await settled();
    expect([await toldTo(bob), await unreadOf(bob)]).toEqual([[], 0]);
    await edit(postId, mentioning('four', bob));
    await settled();
    expect([await toldTo(bob), await unreadOf(bob)]).toEqual([['MENTION ann'], 1]);
    expect(await feed(bob)).toHaveLength(1);
    await ann.delete(postId);
    expect([await toldTo(bob), await unreadOf(bob)]).toEqual([[], 0]);
  });

  it('is told once the post is for them', async () => {
    const postId = await post(mentioning('secret', bob, carol), audience('PRIVATE'));
    await settled();
    expect(await feed(bob)).toEqual([]);
    await ann.setAudience(postId, audience('ONLY', [bob.id]));
    await settled();
    expect([await toldTo(bob), await toldTo(carol)]).toEqual([['MENTION ann'], []]);
    await ann.setAudience(postId, audience('FRIENDS'));
    await settled();
    expect([await feed(bob), await feed(carol)].map((entries) => entries.length)).toEqual([1, 1]);
  });
});

describe('what is done to a post', () => {
  it('is told to its author and to friends who had a part in it before', async () => {
    const postId = await post(saying('p'));
    await like(carol, postId);
    await like(dave, postId);
    const first = await comment(carol, postId, 'one');
    await settled();
    const answer = await comment(bob, postId, 'two', first);
    await settled();
    const [newest, ...others] = await toldTo(ann);
    expect(newest).toBe('COMMENT bob');
    // Their jobs were of the same moment.
    expect(others.sort()).toEqual(['COMMENT carol', 'LIKE carol', 'LIKE dave']);
    // Bob is dave's friend no more than carol is.
    expect([await toldTo(carol), await toldTo(dave)]).toEqual([['REPLY bob'], []]);
    const answered = { replyToCommentId: first, replyToUserId: carol.id };
    const said = { commentId: answer, authorId: bob.id, text: 'two', ...answered };
    expect(await noticesOf(carol)).toMatchObject([{ comment: said }]);
    await comment(ann, postId, 'three');
    await settled();
    for (const who of [bob, carol, dave]) expect((await toldTo(who))[0]).toBe('COMMENT ann');
  });

  it('is told once, and shown as long as it is so', async () => {
    const postId = await post(saying('p'));
    await like(bob, postId);
    const commentId = await comment(bob, postId, 'x');
    await settled();
    const all = await toldTo(ann);
    expect([...all].sort()).toEqual(['COMMENT bob', 'LIKE bob']);
    await unlike(bob, postId);
    expect([await toldTo(ann), await unreadOf(ann)]).toEqual([['COMMENT bob'], 1]);
    await like(bob, postId);
    await settled();
    expect(await toldTo(ann)).toEqual(all);
    expect(await feed(ann)).toHaveLength(2);
    await deleteComment(ann, postId, commentId);
    expect([await toldTo(ann), await unreadOf(ann)]).toEqual([['LIKE bob'], 1]);
    await ann.delete(postId);
    expect([await toldTo(ann), await unreadOf(ann)]).toEqual([[], 0]);
  });

  it('by whom the user does not see any more is not shown, until it does again', async () => {
    const postId = await post(saying('p'));
    await like(carol, postId);
    await like(bob, postId);
    await settled();
    const shown = async () => [await toldTo(carol), await unreadOf(carol)];
    expect(await shown()).toEqual([['LIKE bob'], 1]);
    for (const [who, other] of [
      [bob, carol],
      [carol, bob],
    ] as const) {
      await who.act('blockUser', other);
      expect(await shown()).toEqual([[], 0]);
      await who.act('unblockUser', other);
      expect(await shown()).toEqual([['LIKE bob'], 1]);
    }
    await bob.act('deleteFriend', carol);
    expect(await shown()).toEqual([[], 0]);
    await moments.befriend([bob, carol]);
    expect(await shown()).toEqual([['LIKE bob'], 1]);
    await ann.updateFriend(carol, { hideMyPosts: true });
    expect(await shown()).toEqual([[], 0]);
  });
});

describe('notices', () => {
  it('are read up to a mark, on all devices', async () => {
    for (const text of ['one', 'two', 'three']) await post(mentioning(text, bob));
    await settled();
    const all = await noticesOf(bob);
    expect(await noticesOf(bob, { limit: 1 })).toEqual(all);
    expect(await unreadOf(bob)).toBe(3);
    const through = all[1]?.seq ?? 0;
    expect(await markRead(bob, through)).toBe(1);
    expect(await markRead(bob, 1)).toBe(1);
    expect(await noticesOf(bob, { unreadOnly: true })).toEqual(all.slice(0, 1));
    expect((await noticesOf(bob)).map(({ unread }) => unread)).toEqual([true, false, false]);
    const told = (await feed(bob)).filter(({ body }) => body?.$case === 'momentNoticesRead');
    expect(told.map(({ body }) => body?.value)).toEqual([{ throughSeq: through }]);
    expect(await markRead(bob, Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(await unreadOf(bob)).toBe(0);
    const wrong = await failureOf(markRead(bob, 0));
    expect(wrong).toEqual({ code: 'INVALID_ARGUMENT', field: 'through_seq' });
  });

  it('come to every device that is there, from whichever node', async () => {
    const devices = await LiveDevices.open(rig.nodes);
    try {
      const sessions = [
        await devices.signIn(app.appId, bob.id),
        await devices.signIn(app.appId, bob.id),
      ];
      const pushed = () => sessions.map((each) => devices.pushed(each, `s:${bob.id}`));
      const postId = await post(mentioning('hi', bob));
      const value = { kind: Kind.MENTION, postId, actorId: ann.id, commentId: '' };
      const noticed = { $case: 'momentNoticed', value };
      await eventually('both devices have it', () =>
        Promise.resolve(pushed().every((bodies) => bodies.length > 0)),
      );
      expect(pushed()).toEqual([[noticed], [noticed]]);
      await markRead(bob, Number.MAX_SAFE_INTEGER);
      await eventually('both devices know what is read', () =>
        Promise.resolve(pushed().every((bodies) => bodies.length > 1)),
      );
      const [{ seq } = { seq: 0 }] = await noticesOf(bob);
      const read = { $case: 'momentNoticesRead', value: { throughSeq: seq } };
      expect(pushed()).toEqual([
        [noticed, read],
        [noticed, read],
      ]);
    } finally {
      devices.close();
    }
  });
});

describe('a node that stops in the middle of telling', () => {
  const OTHERS = 250;

  it('is followed by another, which finishes it: everybody is told once', async () => {
    const other = await ApiRig.start(0);
    const shop = await other.createApp('demo');
    const stopped = new StoppedNode(openStores(other), 'notify');
    try {
      await other.addNode({}, { database: stopped.database });
      const rigged = new MomentRig(other, shop);
      const author = await rigged.user('ann');
      const actor = await rigged.user('bob');
      await rigged.befriend([author, actor]);
      const ids = await likersByRows(other, author.id, actor.id);
      const postId = await author.post('p');
      await likeByRows(other, postId, ids);
      await like(actor, postId);
      const told = async () => {
        const sql = `SELECT n.user_id FROM moment_notices n JOIN entries e ON e.app_id = n.app_id
          AND e.conversation_id = CONCAT('s:', n.user_id) AND e.seq = n.seq AND e.kind = 'momentNoticed'
          WHERE n.post_id = ? ORDER BY n.user_id`;
        const found = await queryRows(other.database.url, sql, [postId]);
        return found.map((row) => row['user_id'] as string);
      };
      await eventually('one step is done', async () => (await told()).length > 0);
      expect((await told()).length).toBeLessThan(OTHERS);
      await other.addNode();
      await settled(other);
      const all = [author.id, ...ids].sort();
      expect(await told()).toEqual(all);
      // The first one comes back to life, and finds nothing left to do.
      stopped.goOn();
      await eventually('its step has ended', () => Promise.resolve(stopped.ended));
      expect(await told()).toEqual(all);
      const entries = "SELECT COUNT(*) AS n FROM entries WHERE kind = 'momentNoticed'";
      expect(await queryRows(other.database.url, entries)).toEqual([{ n: all.length }]);
    } finally {
      stopped.goOn();
      await other.stop();
    }
  });
});

/** Friends of both. */
async function likersByRows(of: ApiRig, ...friends: string[]): Promise<string[]> {
  const ids = Array.from({ length: 250 }, (_, n) => `friend-${n}`);
  const rows = friends.flatMap((friend) =>
    ids.flatMap((id) => [
      `('demo', '${friend}', '${id}', 1, '[]', 1, 1)`,
      `('demo', '${id}', '${friend}', 1, '[]', 1, 1)`,
    ]),
  );
  const columns = 'app_id, user_id, friend_id, active, tags, created_ms, feed_seq';
  await queryRows(of.database.url, `INSERT INTO friends (${columns}) VALUES ${rows.join(', ')}`);
  return ids;
}

async function likeByRows(of: ApiRig, postId: string, ids: readonly string[]): Promise<void> {
  const rows = ids.map((id) => `('demo', '${postId}', '${id}', 1)`);
  await queryRows(of.database.url, `INSERT INTO likes VALUES ${rows.join(', ')}`);
}
