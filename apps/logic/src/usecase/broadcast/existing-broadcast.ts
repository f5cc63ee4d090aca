import { DomainError, invalidArgument, isId, type AppId } from '@queqiao/domain';

import type { Broadcast, Broadcasts } from './ports.js';

export function checkBroadcastId(value: string): string {
  if (isId(value)) return value;
  throw invalidArgument('broadcast_id', 'must match [A-Za-z0-9_.-]{1,64}');
}

export function noBroadcast(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such broadcast', { field: 'broadcast_id' });
}

/** Errors: NOT_FOUND. */
export async function existingBroadcast(
  broadcasts: Pick<Broadcasts, 'get'>,
  appId: AppId,
  broadcastId: string,
): Promise<Broadcast> {
  const broadcast = await broadcasts.get(appId, broadcastId);
  if (broadcast === null) throw noBroadcast();
  return broadcast;
}
