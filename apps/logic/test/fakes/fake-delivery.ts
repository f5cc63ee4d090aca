import type { MemberRow } from '@queqiao/domain';
import { decodeFrame, type Entry, type Item } from '@queqiao/protocol/client';
import { DownItem } from '@queqiao/protocol/link';
import {
  conversationKey,
  type CommittedEntry,
  type ConversationKey,
} from '../../src/append/index.js';
import type {
  ClaimedRow,
  DispatchRows,
  HeadVersions,
  MemberList,
  MemberReader,
  NodeLink,
  NodeRef,
  RouteLine,
  RouteReader,
  StoredEntry,
  StoredMembership,
  StoredPushReader,
  UserRef,
} from '../../src/delivery/index.js';

export interface SentItem {
  readonly node: string;
  readonly item: DownItem;
  settle(outcome: 'acked' | 'lost'): void;
}

type Deliver = Extract<NonNullable<DownItem['item']>, { $case: 'deliver' }>['value'];

/** Connect nodes that keep what they were sent until a test settles it. */
export class FakeLink implements NodeLink {
  readonly nodes: NodeRef[] = [];
  /** Ids of nodes whose queue is full. */
  readonly full = new Set<string>();
  readonly sent: SentItem[] = [];

  attach(...nodes: NodeRef[]): void {
    this.nodes.push(...nodes);
  }

  detach(node: NodeRef): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  attached(): readonly NodeRef[] {
    return this.nodes;
  }

  isAttached(node: NodeRef): boolean {
    return this.nodes.some((other) => other.nodeId === node.nodeId && other.bootId === node.bootId);
  }

  send(node: NodeRef, item: Uint8Array, onSettled: (outcome: 'acked' | 'lost') => void): boolean {
    if (!this.isAttached(node) || this.full.has(node.nodeId)) return false;
    this.sent.push({ node: node.nodeId, item: DownItem.decode(item), settle: onSettled });
    return true;
  }

  settleAll(outcome: 'acked' | 'lost' = 'acked'): void {
    for (const sent of this.sent) sent.settle(outcome);
  }

  /** What was delivered: node, the pushed items by codec, and for whom. */
  deliveries(): { node: string; deliver: Deliver }[] {
    return this.sent.flatMap(({ node, item }) =>
      item.item?.$case === 'deliver' ? [{ node, deliver: item.item.value }] : [],
    );
  }

  entries(): Entry[] {
    return this.deliveries().flatMap(({ deliver }) => entriesOf(decodeFrame(deliver.protoFrame)));
  }
}

function entriesOf(items: readonly Item[]): Entry[] {
  return items.flatMap(({ item }) =>
    item?.$case === 'push' && item.value.event?.$case === 'entry' ? [item.value.event.value] : [],
  );
}

/** The directory in memory; `down` makes every read fail. */
export class FakeRoutes implements RouteReader {
  readonly lines = new Map<string, RouteLine[]>();
  readonly live: NodeRef[] = [];
  readonly calls: string[] = [];
  down = false;
  /** Set: route reads wait for it. */
  gate: Promise<void> | undefined;

  put(userId: string, line: RouteLine): void {
    this.lines.set(userId, [...(this.lines.get(userId) ?? []), line]);
  }

  async routesOf(users: readonly UserRef[]): Promise<RouteLine[][]> {
    this.calls.push(`routes ${users.map((user) => user.userId).join(',')}`);
    await this.gate;
    if (this.down) throw new Error('down');
    return users.map((user) => this.lines.get(user.userId) ?? []);
  }

  async liveNodes(): Promise<NodeRef[]> {
    this.calls.push('live');
    if (this.down) throw new Error('down');
    return [...this.live];
  }
}

/** Members and entries in memory. */
export class FakeConversations implements MemberReader, StoredPushReader {
  readonly lists = new Map<string, MemberList>();
  readonly logs = new Map<string, StoredEntry[]>();
  readonly states = new Map<string, StoredMembership>();
  loads = 0;
  down = false;
  /** Set: member lists wait for it. */
  gate: Promise<void> | undefined;

  setMembers(ref: ConversationKey, version: number, ...users: string[]): void {
    const members = users.map((userId) => ({ userId, joinedSeq: 0, leftSeq: null }));
    this.lists.set(conversationKey(ref), { version, members });
  }

  async memberList(
    appId: ConversationKey['appId'],
    conversationId: ConversationKey['conversationId'],
  ) {
    this.loads += 1;
    const list = this.lists.get(conversationKey({ appId, conversationId })) ?? null;
    await this.gate;
    if (this.down) throw new Error('down');
    return list;
  }

  /** Of large groups. */
  readonly modes = new Map<string, HeadVersions['mode']>();

  async entries(
    appId: ConversationKey['appId'],
    conversationId: ConversationKey['conversationId'],
    range: { fromSeq: number; toSeq: number },
  ): Promise<StoredEntry[]> {
    if (this.down) throw new Error('down');
    const log = this.logs.get(conversationKey({ appId, conversationId })) ?? [];
    return log.filter(({ seq }) => seq >= range.fromSeq && seq <= range.toSeq);
  }

  async heads(appId: ConversationKey['appId'], ids: readonly ConversationKey['conversationId'][]) {
    if (this.down) throw new Error('down');
    return ids.flatMap((conversationId) => {
      const list = this.lists.get(conversationKey({ appId, conversationId }));
      const head = {
        leaveVersion: 0,
        mode: this.modes.get(conversationId) ?? 'routed',
        lastSeq: 0,
      };
      return list ? [{ conversationId, memberVersion: list.version, ...head }] : [];
    });
  }

  async member(_app: string, userId: string): Promise<StoredMembership | null> {
    if (this.down) throw new Error('down');
    return this.states.get(userId) ?? null;
  }
}

/** The dispatch table in memory. */
export class FakeRows implements DispatchRows {
  readonly settled: string[] = [];
  readonly deletions: string[][] = [];
  readonly due: ClaimedRow[] = [];
  readonly resyncs: string[] = [];
  readonly claims: number[] = [];
  down = false;

  async settle(ids: readonly string[]): Promise<void> {
    if (this.down) throw new Error('down');
    this.deletions.push([...ids]);
    this.settled.push(...ids);
  }

  async claimDue({ limit }: { owner: string; limit: number }): Promise<ClaimedRow[]> {
    this.claims.push(limit);
    if (this.down) throw new Error('down');
    return this.due.splice(0, limit);
  }

  async insertResync({ nodeId, bootId }: NodeRef): Promise<string> {
    if (this.down) throw new Error('down');
    this.resyncs.push(`${nodeId}:${bootId}`);
    return `resync-${this.resyncs.length}`;
  }

  async backlog(): Promise<{ rows: number; oldestDueMs: number }> {
    return { rows: this.due.length, oldestDueMs: 1_500 };
  }
}

/** An entry of text. */
export function textEntry(
  ref: ConversationKey,
  seq: number,
  content: Uint8Array,
  more: Partial<CommittedEntry> = {},
): CommittedEntry {
  return {
    ...ref,
    seq,
    ordinal: seq,
    createdMs: 1_700_000_000_123,
    sender: { kind: 'user', id: 'alice' },
    clientMsgId: `m${seq}`,
    revision: 0,
    state: 'present',
    content,
    ...more,
  };
}

export async function turns(count = 8): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
}

/** A member's row in a conversation, with what a test says of it. */
export function memberRow(
  conversationId: ConversationKey['conversationId'],
  more: Partial<MemberRow> = {},
): MemberRow {
  return {
    conversationId,
    rev: 0,
    role: 'member',
    flags: 0,
    mutedUntilMs: 0,
    joinedSeq: 0,
    leftSeq: null,
    readSeq: 0,
    readOrdinal: 0,
    clearedSeq: 0,
    peerReadSeq: 0,
    peerDeliveredSeq: 0,
    mentionedSeq: 0,
    settings: {},
    hiddenSeqs: [],
    ...more,
  };
}
