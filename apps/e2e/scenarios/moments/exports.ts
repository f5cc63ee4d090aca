import {
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Moments,
} from '@queqiao/protocol/client';
import {
  MomentServiceDefinition as AppMoments,
  MomentState,
  type ExportRecord,
} from '@queqiao/protocol/server';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';
import { audience, changed, noticed, post, toldByApp } from './moment-reads.js';

/** What a record is, without ids. */
function nameOf({ record }: ExportRecord): string {
  switch (record?.$case) {
    case 'post':
      return `${record.value.content?.text ?? ''} ${MomentState[record.value.state]}`;
    case 'like':
      return `like of ${record.value.userId}`;
    case 'comment':
      return `${record.value.text} ${MomentState[record.value.state]}`;
    case undefined:
      throw new Error('a record of nothing');
  }
}

/** What is younger than a minute waits. */
const WAIT_MS = 61_000;

export function exports(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'exports');
  let pageToken = '';

  /** A test has no other way to let a minute pass. */
  async function wait(): Promise<void> {
    const sql = 'UPDATE posts SET created_ms = created_ms - ? WHERE app_id = ? AND created_ms > ?';
    const values = [WAIT_MS, stage().app.appId, Date.now() - WAIT_MS];
    await queryRows(cluster().database.rootUrl, sql, values);
  }

  async function exported(request: { userId?: string; limit?: number }, from = '') {
    const names: string[] = [];
    for (let token = from; ;) {
      const whole = { ...request, pageToken: token };
      const page = await stage().business.reads(AppMoments, 'exportPosts', whole);
      if (request.limit) expect(page.records.length).toBeLessThanOrEqual(request.limit);
      names.push(...page.records.map(nameOf));
      token = page.nextPageToken;
      if (!page.more) return { names, token };
    }
  }

  it('have all posts, oldest first, each with its likes and comments, by pages of any size', async () => {
    const { business, cast } = stage();
    const [alice, bob] = cast;
    await befriend(alice, bob);
    const postId = await post(alice, 'a1');
    await bob.does(Comments, 'likePost', { postId });
    await changed(bob, postId);
    await noticed(alice, 'LIKE', 'bob', postId);
    const { commentId } = await bob.does(Comments, 'createComment', { postId, text: 'c1' });
    await changed(bob, postId);
    await noticed(alice, 'COMMENT', 'bob', postId);
    await bob.does(Comments, 'createComment', { postId, text: 'c2' });
    await changed(bob, postId);
    await noticed(alice, 'COMMENT', 'bob', postId);
    await business.does(AppMoments, 'removeComment', { postId, commentId });
    await toldByApp(bob, postId, false);
    await post(bob, 'b1', audience('PRIVATE'));
    const removed = await post(alice, 'a2');
    await business.does(AppMoments, 'removePost', { postId: removed });
    await toldByApp(alice, removed, true);
    const deleted = await post(alice, 'a3');
    await alice.does(Moments, 'deletePost', { postId: deleted });
    await changed(alice, deleted, true);

    expect(await exported({})).toEqual({ names: [], token: '' });
    await wait();
    const a1 = ['a1 PRESENT', 'like of bob', 'c1 REMOVED', 'c2 PRESENT'];
    const wanted = [...a1, 'b1 PRESENT', 'a2 REMOVED', ' DELETED'];
    for (const limit of [1, 2, 3, 7, 500]) {
      expect((await exported({ limit })).names, `${limit} a page`).toEqual(wanted);
    }
    const ofAlice = [...a1, 'a2 REMOVED', ' DELETED'];
    expect((await exported({ userId: 'alice', limit: 2 })).names).toEqual(ofAlice);
    expect((await exported({ userId: 'bob' })).names).toEqual(['b1 PRESENT']);
    ({ token: pageToken } = await exported({}));
  });

  it('go on from any answer before, when there is more', async () => {
    const [alice] = stage().cast;
    expect(await exported({}, pageToken)).toEqual({ names: [], token: pageToken });
    await post(alice, 'a4');
    expect((await exported({}, pageToken)).names).toEqual([]);
    await wait();
    const { names, token } = await exported({}, pageToken);
    expect(names).toEqual(['a4 PRESENT']);
    expect((await exported({}, token)).names).toEqual([]);
  });

  it('of who is unknown, and from no answer, are refused', async () => {
    const { business } = stage();
    const refused = (request: object) => business.refused(AppMoments, 'exportPosts', request);
    expect(await refused({ userId: 'nobody' })).toBe('NOT_FOUND user_id');
    expect(await refused({ pageToken: 'x' })).toBe('INVALID_ARGUMENT page_token');
    expect(await refused({ limit: 501 })).toBe('INVALID_ARGUMENT limit');
  });
}
