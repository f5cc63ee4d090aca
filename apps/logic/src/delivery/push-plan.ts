import { encodeMessage } from '@queqiao/protocol';
import { DownItem, type LargeDeliver } from '@queqiao/protocol/link';
import type { Origin } from '../append/index.js';
import { nodeKey } from './lease-check.js';
import type { NodeRef, RouteLine, UserRef } from './ports.js';
import type { LargeTarget, Push } from './push.js';

/** Sessions of one node that one push is for. */
export interface NodeTarget {
  readonly node: NodeRef;
  readonly sessions: number[];
  proto: boolean;
  json: boolean;
}

const NOTHING = new Uint8Array(0);

/** The distinct users of some pushes, and for each push where its users stand among them. */
export function distinctUsers(pushes: readonly Push[]): { users: UserRef[]; places: number[][] } {
  const users: UserRef[] = [];
  const indexes = new Map<string, number>();
  const place = (user: UserRef): number => {
    const key = `${user.appId} ${user.userId}`;
    const known = indexes.get(key);
    if (known !== undefined) return known;
    indexes.set(key, users.length);
    return users.push(user) - 1;
  };
  return { places: pushes.map((push) => push.users.map(place)), users };
}

/** Sessions by node, without the one that caused the push. */
export function targetsOf(
  lines: Iterable<RouteLine>,
  origin: Origin | undefined,
): Map<string, NodeTarget> {
  const targets = new Map<string, NodeTarget>();
  for (const line of lines) {
    if (origin && isOrigin(line, origin)) continue;
    const { nodeId, bootId } = line;
    const key = nodeKey(line);
    let target = targets.get(key);
    if (!target) {
      target = { node: { nodeId, bootId }, sessions: [], proto: false, json: false };
      targets.set(key, target);
    }
    target.sessions.push(line.session);
    target[line.codec] = true;
  }
  return targets;
}

/** The encoded DownItem for sessions by number. */
export function sessionsItem(push: Push, target: NodeTarget): Uint8Array {
  return encode({
    protoFrame: target.proto ? push.payload.proto : NOTHING,
    jsonItem: target.json ? push.payload.json : NOTHING,
    sessions: target.sessions,
    users: [],
    exceptSession: 0,
    largeJoin: push.joins,
  });
}

/** The encoded DownItem for whatever sessions the users have on a node. */
export function usersItem(push: Push, node: NodeRef): Uint8Array {
  const { payload, users, origin } = push;
  const isOriginNode = origin !== undefined && nodeKey(origin.node) === nodeKey(node);
  return encode({
    protoFrame: payload.proto,
    jsonItem: payload.json,
    sessions: [],
    users: users as UserRef[],
    exceptSession: isOriginNode ? origin.session : 0,
    largeJoin: push.joins,
  });
}

/** The encoded DownItem for the sessions that a node has in a large group; in both codecs, since nobody here knows them. */
export function largeItem(push: Push, large: LargeTarget, node: NodeRef): Uint8Array {
  const { payload, origin } = push;
  const { appId, conversationId, seq, leaveVersion } = large;
  const isOriginNode = origin !== undefined && nodeKey(origin.node) === nodeKey(node);
  const value: LargeDeliver = {
    appId,
    conversationId,
    seq,
    leaveVersion,
    protoFrame: payload.proto,
    jsonItem: payload.json,
    exceptSession: isOriginNode ? origin.session : 0,
  };
  return encodeMessage(DownItem, { item: { $case: 'largeDeliver', value } });
}

function encode(value: Extract<DownItem['item'], { $case: 'deliver' }>['value']): Uint8Array {
  return encodeMessage(DownItem, { item: { $case: 'deliver', value } });
}

function isOrigin(line: RouteLine, origin: Origin): boolean {
  return (
    line.session === origin.session &&
    line.bootId === origin.node.bootId &&
    line.nodeId === origin.node.nodeId
  );
}
