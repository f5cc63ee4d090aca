import { invalidArgument, isId } from '@queqiao/domain';
import { memberOf } from './keys.js';
import type { Route } from './types.js';

/** `device|generation|node:boot|platform|session|codec`. Throws INVALID_ARGUMENT for a value that would break the line. */
export function encodeLine(route: Route): string {
  for (const field of ['deviceId', 'nodeId', 'bootId', 'platform'] as const) {
    if (!isId(route[field])) throw invalidArgument(field, 'must match [A-Za-z0-9_.-]{1,64}');
  }
  for (const field of ['generation', 'session'] as const) {
    const value = route[field];
    if (!Number.isSafeInteger(value) || value < 0) {
      throw invalidArgument(field, 'must be a whole number from 0 to 2^53-1');
    }
  }
  const { deviceId, generation, platform, session, codec } = route;
  return `${deviceId}|${generation}|${memberOf(route)}|${platform}|${session}|${codec}`;
}

/**
 * The routes in a user's string, oldest login first. Lines that cannot be read are left out, and so are those of sessions
 * that gave way: they have an empty field before the codec, by which earlier versions do not take them for routes either.
 */
export function parseLines(text: string | null | undefined): Route[] {
  if (text === null || text === undefined || text === '') return [];
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

export function parseLine(line: string): Route | undefined {
  const [deviceId, generation, member, platform, session, codec] = line.split('|');
  if (!deviceId || !member || platform === undefined) return undefined;
  if (codec !== 'proto' && codec !== 'json') return undefined;
  const colon = member.indexOf(':');
  const route: Route = {
    deviceId,
    generation: Number(generation),
    nodeId: member.slice(0, colon),
    bootId: member.slice(colon + 1),
    platform,
    session: Number(session),
    codec,
  };
  const readable = Number.isSafeInteger(route.generation) && Number.isSafeInteger(route.session);
  return readable && colon > 0 ? route : undefined;
}
