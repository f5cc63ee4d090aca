import { asOwner } from './owner-calls.js';
import type { Rows } from './scene.js';

export const memberRows: Rows = {
  ListMembers: ({ team }) => ({
    good: { group_id: team },
    refused: [
      ['NOT_FOUND group_id', { group_id: 'no-such' }],
      ['INVALID_ARGUMENT limit', { group_id: team, limit: -1 }],
      ['INVALID_ARGUMENT page_token', { group_id: team, page_token: 'x' }],
    ],
  }),
  GetMembers: ({ team, ben, cat }) => ({
    good: { group_id: team, user_ids: [ben, cat] },
    refused: [
      ['NOT_FOUND group_id', { group_id: 'no-such', user_ids: [ben] }],
      ['INVALID_ARGUMENT user_ids', { group_id: team }],
    ],
  }),
  AddMembers: (scene) =>
    asOwner(scene, { user_ids: [scene.cat] }, [
      ['INVALID_ARGUMENT user_ids', { user_ids: [] }],
      ['NOT_FOUND user_ids[0]', { user_ids: ['nobody'] }],
    ]),
  RemoveMembers: (scene) =>
    asOwner(scene, { user_ids: [scene.ben] }, [['INVALID_ARGUMENT user_ids', { user_ids: [] }]]),
  SetRole: (scene) =>
    asOwner(scene, { user_ids: [scene.ben], role: 'GROUP_ROLE_ADMIN' }, [
      ['INVALID_ARGUMENT role', { role: 'GROUP_ROLE_OWNER' }],
      ['NOT_FOUND user_ids', { user_ids: ['nobody'] }],
    ]),
  TransferOwnership: (scene) =>
    asOwner(scene, { user_id: scene.ben }, [['NOT_FOUND user_id', { user_id: 'nobody' }]]),
  RenameMember: (scene) =>
    asOwner(scene, { user_id: scene.ben, name: scene.words('Benny') }, [
      ['NOT_FOUND user_id', { user_id: 'nobody' }],
    ]),
  MuteMembers: (scene) =>
    asOwner(scene, { user_ids: [scene.ben], until_ms: '4000000000000' }, [
      ['INVALID_ARGUMENT until_ms', { until_ms: -1 }],
    ]),
};
