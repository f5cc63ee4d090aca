import { invalidArgument, isId, type GroupId, type UserId } from '@queqiao/domain';

import type { RequestPage } from './request-ports.js';

export const REQUESTS_LIMIT_DEFAULT = 50;
export const REQUESTS_LIMIT_MAX = 100;

export interface RequestList {
  readonly pageToken: string;
  readonly limit: number;
}

/** What a page may hold; 0 means the default. Errors: INVALID_ARGUMENT. */
export function checkLimit(limit: number, standard: number, max: number): number {
  if (limit === 0) return standard;
  if (Number.isInteger(limit) && limit >= 1 && limit <= max) return limit;
  throw invalidArgument('limit', `must be 1 to ${max}, or 0 for ${standard}`);
}

export function notAToken(): Error {
  return invalidArgument('page_token', 'is not a token of this server');
}

/** Errors: INVALID_ARGUMENT. */
export function requestPage({ pageToken, limit }: RequestList): RequestPage {
  const size = checkLimit(limit, REQUESTS_LIMIT_DEFAULT, REQUESTS_LIMIT_MAX);
  if (pageToken === '') return { after: null, limit: size };
  const [time = '', groupId = '', userId = '', ...rest] = pageToken.split(':');
  const updatedMs = /^\d{1,16}$/.test(time) ? Number(time) : Number.NaN;
  if (!Number.isSafeInteger(updatedMs) || !isId(groupId) || !isId(userId) || rest.length > 0) {
    throw notAToken();
  }
  const after = { updatedMs, groupId: groupId as GroupId, userId: userId as UserId };
  return { after, limit: size };
}

/** Empty after the last page. */
export function nextRequestToken(
  shown: readonly NonNullable<RequestPage['after']>[],
  { limit }: RequestPage,
): string {
  const last = shown.at(-1);
  if (last === undefined || shown.length < limit) return '';
  return `${last.updatedMs}:${last.groupId}:${last.userId}`;
}
