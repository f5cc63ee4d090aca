import {
  CommentServiceDefinition as Comments,
  Entry,
  MomentNotice_Kind,
  MomentServiceDefinition as Moments,
  Sender_Kind,
} from '@queqiao/protocol/client';
import {
  EventServiceDefinition as Events,
  MomentServiceDefinition as AppMoments,
  type Event,
  type SubscribeRequest,
} from '@queqiao/protocol/server';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import { businessOf, useStage } from '../../src/stage/stage.js';
import { changed, noticed, post, toldByApp } from './moment-reads.js';

/** What an event tells of posts: in whose feed, who did what. Nothing for others. */
function spelled({ entry }: Event): string[] {
  const { conversationId, sender, content } = Entry.create(entry);
  const by = sender?.kind === Sender_Kind.USER ? sender.id : 'the app';
  const body = content?.body;
  if (body?.$case === 'postChanged') {
    return [`${conversationId}: ${by} ${body.value.removed ? 'took' : 'did'}`];
  }
  if (body?.$case !== 'momentNoticed') return [];
  return [`${conversationId}: ${by} ${MomentNotice_Kind[body.value.kind]}`];
}

export function appEvents(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'app-events', { events: true });
  let told: readonly Event[] = [];

  /** What both nodes tell from a place on, until there are so many. */
  async function follow(
    request: Partial<SubscribeRequest>,
    count: number,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Event[]> {
    const [one, other] = stage().business.follows(Events, 'subscribe', request);
    try {
      for (const stream of [one, other]) await stream.begun();
      await meanwhile();
      for (const stream of [one, other]) await stream.reach(count);
      expect(other.seen).toEqual(one.seen);
      return one.seen;
    } finally {
      for (const stream of [one, other]) stream.close();
    }
  }

  it('come while it happens, each feed’s in the order in which devices have them', async () => {
    const { business, cast } = stage();
    const [alice, bob, carol] = cast;
    await befriend(alice, bob);
    const heard = () =>
      new Map([...alice.phone.logs, ...bob.phone.logs].map(([id, log]) => [id, log.entries]));
    const count = () => [...heard().values()].flat().length;
    const before = count();
    told = await follow({ fromOldest: true }, before + 9, async () => {
      const postId = await post(alice, 'p');
      await bob.does(Comments, 'likePost', { postId });
      await changed(bob, postId);
      await noticed(alice, 'LIKE', 'bob', postId);
      const { commentId } = await bob.does(Comments, 'createComment', { postId, text: 'c' });
      await changed(bob, postId);
      await noticed(alice, 'COMMENT', 'bob', postId);
      await business.does(AppMoments, 'removeComment', { postId, commentId });
      await toldByApp(bob, postId, false);
      await business.does(AppMoments, 'removePost', { postId });
      await toldByApp(alice, postId, true);
      await business.does(AppMoments, 'restorePost', { postId });
      await toldByApp(alice, postId, false);
      await alice.does(Moments, 'deletePost', { postId });
      await changed(alice, postId, true);
    });
    expect(told.flatMap(spelled)).toEqual([
      's:alice: alice did',
      's:bob: bob did',
      's:alice: bob LIKE',
      's:bob: bob did',
      's:alice: bob COMMENT',
      's:bob: the app did',
      's:alice: the app took',
      's:alice: the app did',
      's:alice: alice took',
    ]);
    const entries = new Map<string, Entry[]>();
    for (const { entry } of told) {
      if (entry === undefined) continue;
      const { conversationId } = entry;
      entries.set(conversationId, [...(entries.get(conversationId) ?? []), entry]);
    }
    expect(entries).toEqual(heard());
    expect(carol.phone.logs.size).toBe(0);
  });

  it('go on behind any of them, by either node, with nothing missing and nothing twice', async () => {
    for (const [index, { cursor }] of told.entries()) {
      const rest = told.slice(index + 1);
      expect(await follow({ cursor }, rest.length), `behind ${index}`).toEqual(rest);
    }
    const [alice] = stage().cast;
    const cursor = told.at(-1)?.cursor ?? '';
    const more = await follow({ cursor }, 1, async () => {
      await post(alice, 'q');
    });
    expect(more.flatMap(spelled)).toEqual(['s:alice: alice did']);
  });

  it('are refused from no cursor, and to an app that has them off', async () => {
    const refused = async (request: object, by = stage().business) => {
      const streams = by.follows(Events, 'subscribe', request);
      const answers = await Promise.all(streams.map((stream) => stream.refused()));
      for (const stream of streams) stream.close();
      return [...new Set(answers)];
    };
    expect(await refused({ cursor: 'x' })).toEqual(['INVALID_ARGUMENT cursor']);
    const silent = businessOf(cluster(), await cluster().createApp('silent'));
    expect(await refused({}, silent)).toEqual(['PERMISSION_DENIED']);
    silent.close();
  });
}
