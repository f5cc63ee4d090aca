import type { GroupId, UserId } from '@queqiao/domain';

import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { RequestPage } from './request-ports.js';

export const REQUESTS_LIMIT_DEFAULT = 50;
export const REQUESTS_LIMIT_MAX = 100;

export interface RequestList {
  readonly pageToken: string;
  readonly limit: number;
}

/** Errors: INVALID_ARGUMENT. */
export function requestPage({ pageToken, limit: given }: RequestList): RequestPage {
  const bounds = { byDefault: REQUESTS_LIMIT_DEFAULT, max: REQUESTS_LIMIT_MAX };
  const limit = pageLimit(given, bounds);
  const place = decodePage(pageToken, ['number', 'id', 'id']);
  if (place === null) return { after: null, limit };
  const [updatedMs, groupId, userId] = place;
  const ids = { groupId: groupId as GroupId, userId: userId as UserId };
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
