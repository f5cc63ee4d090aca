import { invalidArgument, isId, type GroupId, type UserId } from '@queqiao/domain';

import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { RequestPage } from './request-ports.js';

export const REQUESTS_LIMIT_DEFAULT = 50;
export const REQUESTS_LIMIT_MAX = 100;

export interface RequestList {
  readonly pageToken: string;
  readonly limit: number;
}

/** An id that a token holds. Whoever forges one gets no further than the check. */
export function tokenId(value: string): string {
  if (isId(value)) return value;
  throw invalidArgument('page_token', 'is not a token of this list');
}

/** Errors: INVALID_ARGUMENT. */
export function requestPage({ pageToken, limit: given }: RequestList): RequestPage {
  const bounds = { byDefault: REQUESTS_LIMIT_DEFAULT, max: REQUESTS_LIMIT_MAX };
  const limit = pageLimit(given, bounds);
  const place = decodePage(pageToken, ['number', 'string', 'string']);
  if (place === null) return { after: null, limit };
  const [updatedMs, groupId, userId] = place;
  const ids = { groupId: tokenId(groupId) as GroupId, userId: tokenId(userId) as UserId };
  return { after: { updatedMs, ...ids }, limit };
}

/** Empty after the last page. */
export function nextRequestToken(
  shown: readonly NonNullable<RequestPage['after']>[],
  { limit }: RequestPage,
): string {
  const last = shown.at(-1);
  if (last === undefined || shown.length < limit) return '';
  return encodePage([last.updatedMs, last.groupId, last.userId]);
}
