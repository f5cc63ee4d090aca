import type { JsonObject } from '@queqiao/testkit';
import { asOwner } from './owner-calls.js';
import type { Calls, Rows, Scene } from './scene.js';

const APPROVAL = { join_mode: 'JOIN_MODE_APPROVAL' };
const FREE = { join_mode: 'JOIN_MODE_FREE' };
const REQUEST = ['INVALID_ARGUMENT client_request_id', {}] as const;
const PAGE = [
  ['INVALID_ARGUMENT limit', { limit: -1 }],
  ['INVALID_ARGUMENT page_token', { page_token: 'a:b' }],
] as const;

/** On a group that amy is not in. */
function asStranger(group_id: string, more: JsonObject = {}): Calls {
  const good = { client_request_id: 'asked', group_id, ...more };
  return {
    good,
    refused: [
      ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
      ['NOT_FOUND group_id', { ...good, client_request_id: 'another', group_id: 'no-such' }],
    ],
  };
}

/** Amy's team, which cat asks to be let into. */
async function asked(scene: Scene): Promise<void> {
  const open = { group_id: scene.team, visibility: 'GROUP_VISIBILITY_PUBLIC', ...APPROVAL };
  await scene.as(scene.amy, 'GroupService/UpdateGroup', scene.asked(open));
  const request = scene.asked({ group_id: scene.team, text: scene.words('let me in') });
  await scene.as(scene.cat, 'GroupService/JoinGroup', request);
}

async function applied(scene: Scene): Promise<string> {
  const group_id = await scene.teamOfBen(APPROVAL);
  const request = scene.asked({ group_id, text: scene.words('let me in') });
  await scene.as(scene.amy, 'GroupService/JoinGroup', request);
  return group_id;
}

async function invited(scene: Scene): Promise<string> {
  const rule = scene.asked({ invite: 'INVITE_RULE_ASK' });
  await scene.as(scene.amy, 'UserService/UpdateMySettings', rule);
  return scene.teamOfBen({ member_ids: [scene.amy] });
}

/** A link into ben's team. */
async function link(scene: Scene, by: string, group_id: string): Promise<string> {
  const request = scene.asked({ group_id });
  const made = await scene.as(by, 'GroupService/CreateJoinLink', request);
  return scene.name('link', (made['link'] as JsonObject)['token']);
}

async function room(scene: Scene, by: string): Promise<string> {
  const made = await scene.as(by, 'GroupService/EnterFaceRoom', place(scene));
  return scene.name('room', made['roomId']);
}

const place = ({ number }: Scene): JsonObject => ({
  code: String(1_000 + number),
  latitude: 30,
  longitude: 120,
});

export const arrivalRows: Rows = {
  JoinGroup: async (scene) =>
    asStranger(await scene.teamOfBen(FREE), { text: scene.words('let me in') }),
  ListApplications: async (scene) => {
    await asked(scene);
    return { good: {}, refused: [...PAGE, ['NOT_FOUND group_id', { group_id: 'no-such' }]] };
  },
  ListMyApplications: async (scene) => {
    await applied(scene);
    return { good: {}, refused: PAGE };
  },
  HandleApplication: async (scene) => {
    await asked(scene);
    const { team, ben, cat } = scene;
    const good = { client_request_id: 'asked', group_id: team, user_id: cat, accept: true };
    const again = { ...good, client_request_id: 'another' };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
        ['NOT_FOUND group_id', { ...again, group_id: 'no-such' }],
        ['NOT_FOUND user_id', { ...again, user_id: ben }],
      ],
    };
  },
  CancelApplication: async (scene) => asStranger(await applied(scene)),
  MarkApplicationsRead: async (scene) => {
    await asked(scene);
    return { good: { client_request_id: 'asked' }, refused: [REQUEST] };
  },
  ListInvitations: async (scene) => {
    await invited(scene);
    return { good: {}, refused: PAGE };
  },
  AnswerInvitation: async (scene) => asStranger(await invited(scene), { accept: true }),
  MarkInvitationsRead: async (scene) => {
    await invited(scene);
    return { good: { client_request_id: 'asked' }, refused: [REQUEST] };
  },
  CreateJoinLink: (scene) => asOwner(scene, {}, [['INVALID_ARGUMENT max_uses', { max_uses: -1 }]]),
  RevokeJoinLink: async (scene) => {
    const token = await link(scene, scene.amy, scene.team);
    return asOwner(scene, { token }, [['NOT_FOUND token', { token: 'nothing' }]]);
  },
  ListJoinLinks: async (scene) => {
    await link(scene, scene.amy, scene.team);
    return {
      good: { group_id: scene.team },
      refused: [['NOT_FOUND group_id', { group_id: 'no-such' }]],
    };
  },
  GetJoinLink: async (scene) => ({
    good: { token: await link(scene, scene.ben, await scene.teamOfBen()) },
    refused: [
      ['INVALID_ARGUMENT token', {}],
      ['NOT_FOUND token', { token: 'nothing' }],
    ],
  }),
  JoinByLink: async (scene) => {
    const token = await link(scene, scene.ben, await scene.teamOfBen());
    return {
      good: { client_request_id: 'asked', token },
      refused: [
        ['INVALID_ARGUMENT client_request_id', { token }],
        ['NOT_FOUND token', { client_request_id: 'another', token: 'nothing' }],
      ],
    };
  },
  EnterFaceRoom: async (scene) => {
    await room(scene, scene.cat);
    const good = place(scene);
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT code', { ...good, code: '12' }],
        ['INVALID_ARGUMENT latitude', { ...good, latitude: 91 }],
      ],
    };
  },
  JoinFaceRoom: async (scene) => {
    await room(scene, scene.cat);
    const room_id = await room(scene, scene.amy);
    const good = { client_request_id: 'asked', room_id, name: scene.words('We') };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT room_id', { ...good, room_id: 'x' }],
        ['NOT_FOUND room_id', { ...good, client_request_id: 'another', room_id: '1234-0' }],
      ],
    };
  },
};
