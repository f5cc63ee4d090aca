import type { JsonObject } from '@queqiao/testkit';
import type { Calls, Scene } from './scene.js';

const INVITING = { invite_right: 'INVITE_RIGHT_ADMINS' };

/** A change of amy's team, refused to her for a group that is not there and one that is not hers, and for what is `wrong`. */
export async function asOwner(
  scene: Scene,
  more: JsonObject = {},
  wrong: readonly (readonly [verdict: string, more: JsonObject])[] = [],
): Promise<Calls> {
  const bens = await scene.teamOfBen({ member_ids: [scene.amy], ...INVITING });
  const good = { client_request_id: 'asked', group_id: scene.team, ...more };
  const again = { ...good, client_request_id: 'another' };
  return {
    good,
    refused: [
      ['INVALID_ARGUMENT client_request_id', { ...good, client_request_id: '' }],
      ['NOT_FOUND group_id', { ...again, group_id: 'no-such' }],
      ['PERMISSION_DENIED ', { ...again, group_id: bens }],
      ...wrong.map(([verdict, flaw]) => [verdict, { ...again, ...flaw }] as const),
    ],
  };
}
