import {
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { newId, type ApiRig } from '../rig/api-rig.js';
import {
  also,
  bad,
  characters,
  free,
  id,
  list,
  missing,
  not,
  optionalId,
  whole,
  type MethodRow,
} from './field-rules.js';

const MOST = Number.MAX_SAFE_INTEGER;
const client_request_id = id;
const group_id = also(id, missing('nosuch'));
const change = { client_request_id, group_id };
const asked = (request_id: string, more: object) => ({ client_request_id: request_id, ...more });
/** Of the caller's rights. */
const denied = (value: string | string[]) => bad(value, { code: 'PERMISSION_DENIED' });
/** Without a field of its own in the error. */
const REFUSED = { code: 'PERMISSION_DENIED', named: '' } as const;
const page = { page_token: not('a:b', '?'), limit: whole(0, 100) };
const role = not(99);
const lookUp = list(id, { good: 'bob', min: 1, max: 100, beyond: { code: 'LIMIT_EXCEEDED' } });
const members = list(id, {
  good: 'bob',
  min: 1,
  max: 500,
  beyond: { code: 'LIMIT_EXCEEDED' },
});
const token = also(not('', 'a:b', 'x'.repeat(65)), missing('nothing'));

/** What both doors offer. */
const governing: Record<string, MethodRow> = {
  SetRole: {
    request: asked('g1', { group_id: 'team', user_ids: ['bob'], role: 'GROUP_ROLE_ADMIN' }),
    fields: {
      ...change,
      user_ids: also(lookUp, missing(['nobody']), denied(['bob', 'alice'])),
      role: not('GROUP_ROLE_UNSPECIFIED', 'GROUP_ROLE_OWNER', 99),
    },
  },
  TransferOwnership: {
    request: asked('g2', { group_id: 'handed', user_id: 'bob' }),
    fields: { ...change, user_id: also(id, missing('nobody')) },
  },
  MuteMembers: {
    request: asked('g3', { group_id: 'team', user_ids: ['bob'], until_ms: '5' }),
    fields: {
      ...change,
      user_ids: also(members, denied(['bob', 'alice'])),
      until_ms: whole(0, MOST),
    },
  },
  ListMembers: {
    request: { group_id: 'team' },
    fields: {
      group_id,
      role,
      query: characters(0, 100),
      page_token: not('x', 'id:?', 'other:bob'),
      limit: whole(0, 200),
    },
  },
};

const reads: Record<string, MethodRow> = {
  GetGroups: {
    request: { group_ids: ['team'] },
    fields: { group_ids: list(id, { good: 'team', max: 100, beyond: { code: 'LIMIT_EXCEEDED' } }) },
  },
  ListMyGroups: {
    request: {},
    fields: { role, page_token: not('a:b'), limit: whole(0, 200) },
  },
  GetMembers: {
    request: { group_id: 'team', user_ids: ['bob'] },
    fields: { group_id, user_ids: lookUp },
  },
  RenameMember: {
    request: asked('g4', { group_id: 'team', user_id: 'alice', name: 'Al' }),
    fields: { ...change, user_id: also(id, missing('nobody')), name: characters(0, 100) },
  },
};

const arrivals: Record<string, MethodRow> = {
  JoinGroup: {
    request: asked('g5', { group_id: 'open' }),
    fields: {
      client_request_id,
      group_id: also(group_id, missing('invited')),
      text: characters(0, 200),
    },
  },
  ListApplications: {
    request: {},
    fields: { ...page, group_id: also(optionalId, missing('nosuch'), bad('of-bob', REFUSED)) },
  },
  ListMyApplications: { request: {}, fields: page },
  HandleApplication: {
    request: asked('g6', { group_id: 'asking', user_id: 'carol', accept: false }),
    fields: {
      ...change,
      user_id: also(id, missing('bob')),
      accept: free,
      answer: characters(0, 200),
    },
  },
  CancelApplication: {
    request: asked('g7', { group_id: 'closed' }),
    fields: { client_request_id, group_id: also(group_id, missing('team')) },
  },
  MarkApplicationsRead: { request: asked('g8', {}), fields: { client_request_id } },
  ListInvitations: { request: {}, fields: page },
  AnswerInvitation: {
    request: asked('g9', { group_id: 'invited', accept: true }),
    fields: { client_request_id, group_id: also(group_id, missing('team')), accept: free },
  },
  MarkInvitationsRead: { request: asked('g10', {}), fields: { client_request_id } },
  CreateJoinLink: {
    request: asked('g11', { group_id: 'team' }),
    fields: { ...change, lifetime_ms: whole(0, 31_536_000_000), max_uses: whole(0, 1_000_000) },
  },
  RevokeJoinLink: {
    request: asked('g12', { group_id: 'team', token: 'own' }),
    fields: { ...change, token: also(token, missing('bobs')) },
  },
  ListJoinLinks: { request: { group_id: 'team' }, fields: { group_id } },
  GetJoinLink: { request: { token: 'bobs' }, fields: { token } },
  JoinByLink: {
    request: asked('g13', { token: 'bobs' }),
    fields: { client_request_id, token: also(token, missing('over')) },
  },
  EnterFaceRoom: {
    request: { code: '1234', latitude: 30, longitude: 120 },
    fields: {
      code: not('', '123', '12345', 'abcd', '١٢٣٤'),
      latitude: not(85.1, -90, 'NaN'),
      longitude: not(180.1, -181, 'Infinity'),
    },
  },
};

/** Of alice; `roomId` is a face room that she is in. */
export function groupFields(roomId: string): Map<string, MethodRow> {
  const face = {
    request: asked('g14', { room_id: roomId }),
    fields: {
      client_request_id,
      room_id: also(not('', 'x', '123-ab', `1234-${'0'.repeat(65)}`), missing('1234-0')),
      name: characters(0, 100),
    },
  };
  const rows = { ...reads, ...governing, ...arrivals, JoinFaceRoom: face };
  return new Map(
    Object.entries(rows).map(([name, row]) => [`queqiao.client.v1.GroupService/${name}`, row]),
  );
}

const onBehalf: Record<string, MethodRow> = {
  ...governing,
  GetGroup: { request: { group_id: 'team' }, fields: { group_id } },
  UpdateGroup: {
    request: asked('g15', { group_id: 'team', name: 'Crew' }),
    fields: {
      ...change,
      name: characters(1, 100),
      avatar_url: characters(0, 2_000),
      introduction: characters(0, 500),
      announcement: characters(0, 2_000),
      extra: not('x'.repeat(4_097), '鹊'.repeat(1_366)),
      join_mode: not(99),
      visibility: not(99),
      history: not(99),
      invite_right: not(99),
      all_muted: free,
    },
  },
  DissolveGroup: { request: asked('g16', { group_id: 'ending-too' }), fields: change },
};

export const serverGroupFields = Object.entries(onBehalf).map(
  ([name, row]): [string, MethodRow] => [`GroupService/${name}`, row],
);

const publicly = { visibility: GroupVisibility.PUBLIC };

/** What the rows speak of; answers the face room. */
export async function furnishGroups(rig: ApiRig, app: TestApp): Promise<string> {
  const make = async (who: string, groupId: string, more: object) => {
    const request = { clientRequestId: newId(), groupId, name: groupId, ...more };
    await (
      await rig.calls(app, who)
    )(Groups, 'createGroup', request);
  };
  const apply = async (who: string, groupId: string) => {
    await (
      await rig.calls(app, who)
    )(Groups, 'joinGroup', { clientRequestId: newId(), groupId });
  };
  await make('alice', 'handed', { memberIds: ['bob'] });
  await make('alice', 'ending-too', {});
  await make('bob', 'open', { ...publicly, joinMode: JoinMode.FREE });
  await make('bob', 'linked', {});
  await make('alice', 'asking', { ...publicly, joinMode: JoinMode.APPROVAL });
  await make('bob', 'closed', { ...publicly, joinMode: JoinMode.APPROVAL });
  await apply('carol', 'asking');
  await apply('alice', 'closed');
  const sql = (text: string) => queryRows(rig.database.url, text);
  await sql(`UPDATE users SET settings = '{"invite":"ask"}' WHERE user_id = 'alice'`);
  await make('bob', 'invited', { memberIds: ['alice'] });
  await sql(`UPDATE users SET settings = NULL WHERE user_id = 'alice'`);
  await sql(`INSERT INTO join_links
    (app_id, token, conversation_id, creator_id, created_ms, expires_ms, max_uses) VALUES
    ('demo', 'own', 'g:team', 'alice', 1, 0, 0), ('demo', 'bobs', 'g:linked', 'bob', 1, 0, 0),
    ('demo', 'over', 'g:linked', 'bob', 1, 2, 0)`);
  const place = { code: '4321', latitude: 30, longitude: 120 };
  return (await (await rig.calls(app, 'alice'))(Groups, 'enterFaceRoom', place)).roomId;
}
