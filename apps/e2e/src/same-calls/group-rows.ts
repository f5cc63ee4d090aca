import type { JsonObject } from '@queqiao/testkit';
import { memberRows } from './member-rows.js';
import { arrivalRows } from './arrival-rows.js';
import { asOwner } from './owner-calls.js';
import type { Rows } from './scene.js';

const PAGE = [
  ['INVALID_ARGUMENT limit', { limit: -1 }],
  ['INVALID_ARGUMENT page_token', { page_token: 'a:b' }],
] as const;

const groups: Rows = {
  CreateGroup: (scene) => {
    const named = { name: scene.words('Crew'), introduction: scene.words('of the ship') };
    const good = { client_request_id: 'asked', group_id: `crew-${scene.number}`, ...named };
    const again = { ...good, client_request_id: 'another', group_id: 'another' };
    return {
      good: { ...good, member_ids: [scene.ben] },
      refused: [
        ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
        ['INVALID_ARGUMENT name', { ...again, name: '' }],
        ['NOT_FOUND member_ids[1]', { ...again, member_ids: [scene.ben, 'nobody'] }],
        ['ALREADY_EXISTS group_id', { ...again, group_id: scene.team }],
      ],
    };
  },
  GetGroups: ({ team }) => ({
    good: { group_ids: [team, 'no-such'] },
    refused: [['INVALID_ARGUMENT group_ids[1]', { group_ids: [team, 'a b'] }]],
  }),
  UpdateGroup: (scene) => {
    const words: JsonObject = {};
    for (const name of ['name', 'introduction', 'announcement', 'extra']) {
      words[name] = scene.words(name);
    }
    return asOwner(scene, words, [['INVALID_ARGUMENT name', { name: '' }]]);
  },
  DissolveGroup: (scene) => asOwner(scene),
  ListMyGroups: () => ({ good: {}, refused: PAGE }),
  LeaveGroup: async (scene) => {
    const of = await scene.teamOfBen({ member_ids: [scene.amy] });
    const good = { client_request_id: 'asked', group_id: of };
    const again = { client_request_id: 'another' };
    return {
      good,
      refused: [
        ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
        ['NOT_FOUND group_id', { ...again, group_id: 'no-such' }],
      ],
    };
  },
};

export const groupRows: Rows = { ...groups, ...memberRows, ...arrivalRows };
