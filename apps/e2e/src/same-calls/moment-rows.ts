import type { JsonObject } from '@queqiao/testkit';
import type { Calls, Rows, Scene } from './scene.js';

/** A change about a post; `others` cannot be changed by amy, or not be seen. */
function about(post_id: string, others: string, more: JsonObject = {}): Calls {
  const good = { client_request_id: 'asked', post_id, ...more };
  const again = { ...good, client_request_id: 'another' };
  return {
    good,
    refused: [
      ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
      ['NOT_FOUND post_id', { ...again, post_id: 'no-such' }],
      ['NOT_FOUND post_id', { ...again, post_id: others }],
    ],
  };
}

const PAGE = [
  ['INVALID_ARGUMENT limit', { limit: -1 }],
  ['INVALID_ARGUMENT page_token', { page_token: 'x' }],
] as const;

const paged = (good: JsonObject): Calls['refused'] =>
  PAGE.map(([verdict, more]) => [verdict, { ...good, ...more }] as const);

/** A post of cat's, which is not for amy. */
async function hidden(scene: Scene): Promise<string> {
  const request = scene.asked({ content: { text: scene.words('not for amy') } });
  const made = await scene.as(scene.cat, 'MomentService/CreatePost', request);
  return scene.name('post', made['postId']);
}

const own =
  (more: (scene: Scene) => JsonObject = () => ({})) =>
  async (scene: Scene): Promise<Calls> =>
    about(await scene.post(scene.amy), await scene.post(scene.ben), more(scene));

const seen =
  (more: (scene: Scene) => JsonObject = () => ({})) =>
  async (scene: Scene): Promise<Calls> =>
    about(await scene.post(scene.ben), await hidden(scene), more(scene));

async function listed(scene: Scene): Promise<Calls> {
  const post_id = await scene.post(scene.amy);
  await scene.as(scene.ben, 'CommentService/LikePost', scene.asked({ post_id }));
  await scene.comment(scene.ben, post_id);
  await scene.comment(scene.amy, post_id);
  return {
    good: { post_id },
    refused: [
      ['NOT_FOUND post_id', { post_id: 'no-such' }],
      ['NOT_FOUND post_id', { post_id: await hidden(scene) }],
      ...paged({ post_id }),
    ],
  };
}

export const momentRows: Rows = {
  CreatePost: (scene) => {
    const good = { client_request_id: 'asked', content: { text: scene.words('a post') } };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
        ['INVALID_ARGUMENT content', { client_request_id: 'another', content: {} }],
        ['INVALID_ARGUMENT audience', { ...good, audience: { kind: 'KIND_ONLY' } }],
      ],
    };
  },
  EditPost: own((scene) => ({ content: { text: scene.words('edited') } })),
  SetAudience: own(({ ben }) => ({ audience: { kind: 'KIND_ONLY', user_ids: [ben] } })),
  DeletePost: own(),
  GetPost: async (scene) => ({
    good: { post_id: await scene.post(scene.ben) },
    refused: [
      ['INVALID_ARGUMENT post_id', {}],
      ['NOT_FOUND post_id', { post_id: await hidden(scene) }],
    ],
  }),
  ListPosts: async (scene) => {
    await scene.post(scene.ben);
    const good = { user_id: scene.ben };
    return { good, refused: [['INVALID_ARGUMENT user_id', {}], ...paged(good)] };
  },
  ListTimeline: async (scene) => {
    await scene.post(scene.ben);
    return { good: {}, refused: PAGE };
  },
  ListNewPosts: async (scene) => {
    await scene.post(scene.ben);
    const { newerToken } = await scene.as(scene.amy, 'MomentService/ListTimeline', {});
    await scene.post(scene.ben, 'a newer post');
    return {
      good: { newer_token: scene.name('token', newerToken) },
      refused: [['INVALID_ARGUMENT newer_token', { newer_token: 'x' }]],
    };
  },
};

export const commentRows: Rows = {
  LikePost: seen(),
  UnlikePost: seen(),
  SharePost: seen(),
  CreateComment: seen((scene) => ({ text: scene.words('well') })),
  DeleteComment: async (scene) => {
    const post_id = await scene.post(scene.ben);
    const comment_id = await scene.comment(scene.amy, post_id);
    const { good, refused } = about(post_id, await hidden(scene), { comment_id });
    const bens = await scene.comment(scene.ben, post_id);
    const again = { ...good, client_request_id: 'again' };
    return {
      good,
      refused: [
        ...refused,
        ['NOT_FOUND comment_id', { ...again, comment_id: 'no-such' }],
        ['PERMISSION_DENIED comment_id', { ...again, comment_id: bens }],
      ],
    };
  },
  ListLikes: listed,
  ListComments: listed,
};

/** Amy has been told of a like and a comment of ben's. */
async function told(scene: Scene): Promise<void> {
  const post_id = await scene.post(scene.amy);
  await scene.as(scene.ben, 'CommentService/LikePost', scene.asked({ post_id }));
  const noticed = (count: number) =>
    scene.until(async () => {
      const state = await scene.as(scene.amy, 'MomentNoticeService/CountMomentNotices', {});
      return state['unreadCount'] === count;
    });
  await noticed(1);
  await scene.comment(scene.ben, post_id);
  await noticed(2);
}

export const noticeRows: Rows = {
  ListMomentNotices: async (scene) => {
    await told(scene);
    return { good: {}, refused: PAGE };
  },
  CountMomentNotices: async (scene) => {
    await told(scene);
    return { good: {}, refused: [] };
  },
  MarkMomentNoticesRead: async (scene) => {
    await told(scene);
    const { lastSeq } = await selfFeed(scene);
    return {
      good: { through_seq: lastSeq ?? '0' },
      refused: [
        ['INVALID_ARGUMENT through_seq', {}],
        ['INVALID_ARGUMENT through_seq', { through_seq: -1 }],
      ],
    };
  },
};

async function selfFeed(scene: Scene): Promise<JsonObject> {
  const request = { conversation_id: `s:${scene.amy}` };
  return scene.as(scene.amy, 'ConversationService/PullEntries', request);
}
