import type { JsonObject } from '@queqiao/testkit';
import type { Calls, Rows, Scene } from './scene.js';

/** A call on another user. */
function on(scene: Scene, userId: string, more: JsonObject = {}): Calls {
  const good = { client_request_id: 'asked', user_id: userId, ...more };
  const again = { ...good, client_request_id: 'another' };
  return {
    good,
    refused: [
      ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
      ['INVALID_ARGUMENT user_id', { ...again, user_id: scene.amy }],
      ['NOT_FOUND user_id', { ...again, user_id: 'nobody' }],
    ],
  };
}

/** Cat asks amy. */
async function beAsked(scene: Scene): Promise<void> {
  const request = scene.asked({ user_id: scene.amy, text: scene.words('hi') });
  await scene.as(scene.cat, 'FriendService/SendFriendRequest', request);
}

/** Amy asks cat. */
async function ask(scene: Scene): Promise<void> {
  const request = scene.asked({ user_id: scene.cat, text: scene.words('hi') });
  await scene.as(scene.amy, 'FriendService/SendFriendRequest', request);
}

const PAGE = [
  ['INVALID_ARGUMENT limit', { limit: -1 }],
  ['INVALID_ARGUMENT page_token', { page_token: 'x' }],
] as const;

export const friendRows: Rows = {
  SendFriendRequest: (scene) => {
    const { good, refused } = on(scene, scene.cat, { text: scene.words('hi') });
    const friend = { client_request_id: 'friend', user_id: scene.ben };
    return { good, refused: [...refused, ['ALREADY_EXISTS user_id', friend]] };
  },
  AcceptFriendRequest: async (scene) => {
    await beAsked(scene);
    return on(scene, scene.cat, { remark: scene.words('Cat') });
  },
  RejectFriendRequest: async (scene) => {
    await beAsked(scene);
    return on(scene, scene.cat, { answer: scene.words('no') });
  },
  CancelFriendRequest: async (scene) => {
    await ask(scene);
    return on(scene, scene.cat);
  },
  ListFriendRequests: async (scene) => {
    await beAsked(scene);
    const good = { direction: 'DIRECTION_INCOMING' };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT direction', {}],
        ...PAGE.map(([verdict, more]) => [verdict, { ...good, ...more }] as const),
      ],
    };
  },
  MarkFriendRequestsRead: async (scene) => {
    await beAsked(scene);
    return {
      good: { client_request_id: 'asked' },
      refused: [['INVALID_ARGUMENT client_request_id', {}]],
    };
  },
  ListFriends: () => ({ good: {}, refused: PAGE }),
  SearchFriends: ({ ben }) => ({
    good: { query: ben },
    refused: [['INVALID_ARGUMENT query', {}]],
  }),
  UpdateFriend: (scene) => on(scene, scene.ben, { remark: scene.words('Benny') }),
  DeleteFriend: (scene) => on(scene, scene.ben),
  BlockUser: (scene) => on(scene, scene.cat),
  UnblockUser: async (scene) => {
    await scene.as(scene.amy, 'FriendService/BlockUser', scene.asked({ user_id: scene.cat }));
    return on(scene, scene.cat);
  },
  ListBlocks: async (scene) => {
    await scene.as(scene.amy, 'FriendService/BlockUser', scene.asked({ user_id: scene.cat }));
    return { good: {}, refused: PAGE };
  },
};

export const userRows: Rows = {
  GetUsers: ({ ben, cat }) => ({
    good: { user_ids: [ben, cat, 'nobody'] },
    refused: [['INVALID_ARGUMENT user_ids[1]', { user_ids: [ben, 'a b'] }]],
  }),
  GetMe: () => ({ good: {}, refused: [] }),
  UpdateMe: async (scene) => {
    const handle = `handle-${scene.number}`;
    await scene.as(scene.ben, 'UserService/UpdateMe', scene.asked({ handle }));
    const words = { nickname: scene.words('Amy'), signature: scene.words('hm') };
    const good = { client_request_id: 'asked', ...words, extra: scene.words('extra') };
    const again = { client_request_id: 'another' };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
        ['INVALID_ARGUMENT nickname', { ...again, nickname: 'x'.repeat(201) }],
        ['ALREADY_EXISTS handle', { ...again, handle }],
      ],
    };
  },
  UpdateMySettings: () => ({
    good: { client_request_id: 'asked', invite: 'INVITE_RULE_ASK' },
    refused: [['INVALID_ARGUMENT client_request_id', { invite: 'INVITE_RULE_ASK' }]],
  }),
  SearchUsers: ({ ben }) => ({
    good: { query: ben },
    refused: [
      ['INVALID_ARGUMENT query', {}],
      ['INVALID_ARGUMENT page_token', { query: ben, page_token: 'x' }],
    ],
  }),
};

const watching = ({ ben, cat }: Scene): Calls => ({
  good: { user_ids: [ben, cat, 'nobody'] },
  refused: [['INVALID_ARGUMENT user_ids[0]', { user_ids: ['a b'] }]],
});

export const presenceRows: Rows = {
  GetPresence: watching,
  SubscribePresence: watching,
  UnsubscribePresence: watching,
};

export const deviceRows: Rows = {
  ListDevices: () => ({ good: {}, refused: [] }),
  SignOutDevice: async (scene) => {
    await scene.doors.signIn(scene.amy, 'tablet');
    return {
      good: { device_id: 'tablet' },
      refused: [
        ['INVALID_ARGUMENT device_id', {}],
        ['NOT_FOUND device_id', { device_id: 'no-such' }],
      ],
    };
  },
};
