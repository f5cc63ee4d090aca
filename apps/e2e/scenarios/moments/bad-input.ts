import {
  CommentServiceDefinition as Comments,
  Image,
  LinkCard,
  MomentNoticeServiceDefinition as Notices,
  MomentServiceDefinition as Moments,
  PostContent,
  Video,
  type Audience,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';
import { audience, changed, noticed, post, saying } from './moment-reads.js';

const url = 'https://media.example/a.jpg';
const image = Image.create({ url });
const video = Video.create({ url, durationMs: 1 });
const many = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`);
const content = (more: Partial<PostContent>) => PostContent.create({ text: 'x', ...more });

/** What a post may not be, and the field that is named. */
const CONTENTS: readonly [string, PostContent | undefined, string][] = [
  ['no content', undefined, 'content'],
  ['nothing', content({ text: '' }), 'content'],
  ['ten pictures', content({ images: many(10).map(() => image) }), 'content.images'],
  ['a picture from nowhere', content({ images: [Image.create({})] }), 'content.images[0].url'],
  ['a picture beside a video', content({ images: [image], video }), 'content.video'],
  [
    'a video without a length',
    content({ video: Video.create({ url }) }),
    'content.video.duration_ms',
  ],
  [
    'a place off the earth',
    content({ location: { latitude: 91, longitude: 0, name: '', address: '' } }),
    'content.location.latitude',
  ],
  ['a link without a title', content({ link: LinkCard.create({ url }) }), 'content.link.title'],
  ['51 mentions', content({ mentionedUserIds: many(51) }), 'content.mentioned_user_ids'],
  ['a mention of no id', content({ mentionedUserIds: ['a:b'] }), 'content.mentioned_user_ids[0]'],
];

const AUDIENCES: readonly [string, Audience, string][] = [
  ['no such kind', { kind: 9 as Audience['kind'], userIds: [], tags: [] }, 'audience.kind'],
  ['nobody', audience('ONLY'), 'audience'],
  ['somebody of all', audience('FRIENDS', ['bob']), 'audience'],
  ['201 people', audience('ONLY', many(201)), 'audience.user_ids'],
  ['what is no id', audience('EXCEPT', ['a:b']), 'audience.user_ids[0]'],
  ['21 tags', audience('ONLY', [], many(21)), 'audience.tags'],
];

export function badInput(cluster: () => TestCluster): void {
  const limits = { maxPostTextBytes: 20, maxCommentTextBytes: 20, maxCommentsPerPost: 2 };
  const stage = useStage(cluster, 'bad-moments', limits);
  let postId = '';
  let secret = '';

  it('of posts names the field, whatever it is', async () => {
    const [alice, bob] = stage().cast;
    await befriend(alice, bob);
    postId = await post(alice, 'p');
    secret = await post(alice, 'secret', audience('PRIVATE'));
    for (const [what, bad, field] of CONTENTS) {
      const request = { postId, ...(bad && { content: bad }) };
      const refusals = [
        await alice.refused(Moments, 'createPost', request),
        await alice.refused(Moments, 'editPost', request),
      ];
      expect(refusals, what).toEqual([`INVALID_ARGUMENT ${field}`, `INVALID_ARGUMENT ${field}`]);
    }
    const long = { content: saying('x'.repeat(21)) };
    const refusal = await alice.refused(Moments, 'createPost', long);
    expect(refusal).toBe('LIMIT_EXCEEDED content.text');
  });

  it('of audiences names the field', async () => {
    const [alice] = stage().cast;
    for (const [what, bad, field] of AUDIENCES) {
      const request = { postId, content: saying('x'), audience: bad };
      const refusals = [
        await alice.refused(Moments, 'createPost', request),
        await alice.refused(Moments, 'setAudience', request),
      ];
      expect(refusals, what).toEqual([`INVALID_ARGUMENT ${field}`, `INVALID_ARGUMENT ${field}`]);
    }
    expect(await alice.refused(Moments, 'setAudience', { postId })).toBe(
      'INVALID_ARGUMENT audience',
    );
  });

  it('of ids, sizes and tokens of lists names the field', async () => {
    const [alice] = stage().cast;
    const refused = (request: object) => alice.refused(Moments, 'listPosts', request);
    expect(await refused({ userId: 'a:b' })).toBe('INVALID_ARGUMENT user_id');
    for (const limit of [-1, 51]) {
      expect(await refused({ userId: 'bob', limit })).toBe('INVALID_ARGUMENT limit');
      const timeline = await alice.refused(Moments, 'listTimeline', { limit });
      expect(timeline).toBe('INVALID_ARGUMENT limit');
    }
    const pageToken = 'x';
    expect(await refused({ userId: 'bob', pageToken })).toBe('INVALID_ARGUMENT page_token');
    for (const list of ['listLikes', 'listComments'] as const) {
      const wrong = 'INVALID_ARGUMENT';
      expect(await alice.refused(Comments, list, { postId, pageToken })).toBe(
        `${wrong} page_token`,
      );
      expect(await alice.refused(Comments, list, { postId, limit: 101 })).toBe(`${wrong} limit`);
      expect(await alice.refused(Comments, list, { postId: 'a:b' })).toBe(`${wrong} post_id`);
    }
    const newer = await alice.refused(Moments, 'listNewPosts', { newerToken: 'x' });
    expect(newer).toBe('INVALID_ARGUMENT newer_token');
    const listed = await alice.refused(Notices, 'listMomentNotices', { limit: 101 });
    expect(listed).toBe('INVALID_ARGUMENT limit');
    const marked = await alice.refused(Notices, 'markMomentNoticesRead', { throughSeq: 0 });
    expect(marked).toBe('INVALID_ARGUMENT through_seq');
    const twice = { clientRequestId: 'a:b', postId };
    const request = await alice.refused(Comments, 'likePost', twice);
    expect(request).toBe('INVALID_ARGUMENT client_request_id');
  });

  it('of what one may not see is answered like what does not exist', async () => {
    const [alice, bob, carol] = stage().cast;
    const cases = [
      [carol, postId],
      [bob, secret],
      [bob, 'nosuch'],
    ] as const;
    for (const [person, id] of cases) {
      const about = { postId: id, text: 'hm', commentId: 'nosuch' };
      const calls = [
        'likePost',
        'unlikePost',
        'sharePost',
        'createComment',
        'deleteComment',
      ] as const;
      for (const name of calls) {
        expect(await person.refused(Comments, name, about)).toBe('NOT_FOUND post_id');
      }
      for (const list of ['listLikes', 'listComments'] as const) {
        expect(await person.refused(Comments, list, about)).toBe('NOT_FOUND post_id');
      }
    }
    const none = { postId, commentId: 'nosuch' };
    expect(await alice.refused(Comments, 'deleteComment', none)).toBe('NOT_FOUND comment_id');
  });

  it('of comments names the field, and what answers one that is gone is refused', async () => {
    const [alice, bob] = stage().cast;
    const refused = (more: object) =>
      bob.refused(Comments, 'createComment', { postId, text: 'x', ...more });
    expect(await refused({ text: '' })).toBe('INVALID_ARGUMENT text');
    expect(await refused({ text: 'x'.repeat(21) })).toBe('LIMIT_EXCEEDED text');
    expect(await refused({ replyToCommentId: 'a:b' })).toBe('INVALID_ARGUMENT reply_to_comment_id');
    const { commentId } = await bob.does(Comments, 'createComment', { postId, text: 'x' });
    await changed(bob, postId);
    await noticed(alice, 'COMMENT', 'bob', postId);
    const elsewhere = { postId: secret, text: 'x', replyToCommentId: commentId };
    expect(await alice.refused(Comments, 'createComment', elsewhere)).toBe(
      'NOT_FOUND reply_to_comment_id',
    );
    await bob.does(Comments, 'deleteComment', { postId, commentId });
    await changed(bob, postId);
    expect(await refused({ replyToCommentId: commentId })).toBe('NOT_FOUND reply_to_comment_id');
    await bob.does(Comments, 'createComment', { postId, text: 'y' });
    await changed(bob, postId);
    await noticed(alice, 'COMMENT', 'bob', postId);
    expect(await refused({})).toBe('LIMIT_EXCEEDED maxCommentsPerPost');
  });
}
