import { GroupRole } from '@queqiao/protocol/client';
import {
  isMessage,
  ModelConversation,
  type Deed,
  type Member,
  type Refusal,
} from './model-conversation.js';
import type { Shown, ShownConversation, ShownMessage, ShownView } from './shown.js';

export type SettingsChange = Partial<Member['settings'] & { hidden: boolean }>;

/** Why nothing of a user's own changed: there is no such conversation, or no such entry yet. */
export type MemberRefusal = 'NOT_FOUND' | 'INVALID_ARGUMENT';

/** When an entry was written, by the server's clock. */
export type WhenWritten = (conversationId: string, seq: number) => number;

/**
 * What people ought to see after operations that the server took one after the other, by the rules of docs/protocol.md alone.
 * It shares no code with the client library or with a server, and has no windows, caches or revisions: what both of those got
 * wrong in the same way shows here. Windows of time, such as that for recalls, are not part of it.
 */
export class ReferenceModel {
  readonly #conversations = new Map<string, ModelConversation>();

  constructor(private readonly whenWritten: WhenWritten) {}

  /**
   * A group belongs to the first of `users`; with `announced` its creation is the first entry. A conversation without an entry
   * is there for nobody.
   */
  create(
    id: string,
    users: readonly string[],
    { name = '', announced = false }: { readonly name?: string; readonly announced?: boolean } = {},
  ): void {
    const conversation = new ModelConversation(id, users, name);
    if (announced) conversation.announce();
    this.#conversations.set(id, conversation);
  }

  /** The seq, also of a repetition; 0 for what is so already. */
  write(user: string, id: string, clientMsgId: string, deed: Deed): number | Refusal {
    return this.#get(id).write(user, clientMsgId, deed);
  }

  /** Forward only; takes a mark as unread away. */
  markRead(user: string, id: string, seq: number): MemberRefusal | undefined {
    const conversation = this.#get(id);
    if (conversation.lastSeq === 0) return 'NOT_FOUND';
    const line = conversation.lines[seq - 1];
    if (line === undefined) return 'INVALID_ARGUMENT';
    const member = conversation.member(user);
    const peer = conversation.peerOf(user);
    const told = peer === undefined || peer.peerReadSeq >= seq;
    if (member.readSeq < seq || !told || member.settings.markedUnread) {
      this.#read(conversation, user, seq, line.ordinal);
    }
    return undefined;
  }

  /** Hides everything up to an entry (0: all so far), and marks it read. */
  clear(user: string, id: string, throughSeq = 0): MemberRefusal | undefined {
    const conversation = this.#get(id);
    if (conversation.lastSeq === 0) return 'NOT_FOUND';
    const seq = throughSeq || conversation.lastSeq;
    const line = conversation.lines[seq - 1];
    if (line === undefined) return 'INVALID_ARGUMENT';
    const member = conversation.member(user);
    const done = member.clearedSeq >= seq && member.readSeq >= seq;
    if (done && !member.settings.markedUnread) return undefined;
    member.clearedSeq = Math.max(member.clearedSeq, seq);
    this.#read(conversation, user, seq, line.ordinal);
    return undefined;
  }

  /** All of them or none. */
  deleteForMe(user: string, id: string, seqs: readonly number[]): MemberRefusal | undefined {
    const conversation = this.#get(id);
    if (conversation.lastSeq === 0) return 'NOT_FOUND';
    if (seqs.some((seq) => seq > conversation.lastSeq)) return 'INVALID_ARGUMENT';
    for (const seq of seqs) conversation.member(user).deleted.add(seq);
    return undefined;
  }

  /** `throughSeq`: what is hidden at most; 0: all so far. */
  changeSettings(
    user: string,
    id: string,
    change: SettingsChange,
    throughSeq = 0,
  ): MemberRefusal | undefined {
    const { hidden, ...patch } = change;
    const conversation = this.#get(id);
    if (conversation.lastSeq === 0) return 'NOT_FOUND';
    const member = conversation.member(user);
    member.settings = { ...member.settings, ...patch };
    if (hidden === false) member.hiddenAtSeq = undefined;
    else if (hidden === true) {
      const seq = throughSeq || conversation.lastSeq;
      member.hiddenAtSeq = Math.max(member.hiddenAtSeq ?? 0, seq);
    }
    return undefined;
  }

  /** A device of the user's has everything up to there. */
  delivered(user: string, id: string, seq: number): void {
    const conversation = this.#get(id);
    const peer = conversation.peerOf(user);
    const there = Math.min(seq, conversation.lastSeq);
    if (peer !== undefined) peer.peerDeliveredSeq = Math.max(peer.peerDeliveredSeq, there);
  }

  /** Says what no rule decides: how much of what was read and received the other side was told. */
  receipts(
    user: string,
    id: string,
    told: { readonly read: number; readonly delivered: number },
  ): void {
    const member = this.#get(id).member(user);
    member.peerReadSeq = told.read;
    member.peerDeliveredSeq = told.delivered;
  }

  /** Everything that the user's devices ought to show. */
  shown(user: string): Shown {
    const mine = [...this.#conversations.values()].filter(
      ({ members, lastSeq }) => members.has(user) && lastSeq > 0,
    );
    const conversations = mine.map((one): [string, ShownConversation] => [
      one.id,
      {
        view: this.#view(one, user),
        messages: this.#messages(one, user),
        lines: one.lines
          .filter(({ seq }) => isVisible(one.member(user), seq))
          .map(({ seq, kind, state }) => `${seq} ${state === 'shown' ? kind : state}`),
        pinned: [...one.pinned]
          .filter((seq) => isVisible(one.member(user), seq))
          .sort((a, b) => a - b),
      },
    ]);
    const views = conversations.map(([, { view }]) => view);
    const unread = (muted: boolean): number =>
      views.filter((view) => view.muted === muted).reduce((sum, view) => sum + view.unread, 0);
    return {
      list: views
        .filter(({ hidden }) => !hidden)
        .sort(byPlaceInList)
        .map(({ conversationId }) => conversationId),
      totalUnread: unread(false),
      totalUnreadMuted: unread(true),
      conversations: Object.fromEntries(conversations),
    };
  }

  #read(conversation: ModelConversation, user: string, seq: number, ordinal: number): void {
    const member = conversation.member(user);
    member.readSeq = Math.max(member.readSeq, seq);
    member.readOrdinal = Math.max(member.readOrdinal, ordinal);
    member.settings = { ...member.settings, markedUnread: false };
    const peer = conversation.peerOf(user);
    if (peer === undefined) return;
    peer.peerReadSeq = Math.max(peer.peerReadSeq, member.readSeq);
    // What was read has arrived.
    peer.peerDeliveredSeq = Math.max(peer.peerDeliveredSeq, peer.peerReadSeq);
  }

  #view(conversation: ModelConversation, user: string): ShownView {
    const { id, lines, lastSeq, lastOrdinal, namedAllSeq } = conversation;
    const member = conversation.member(user);
    const [, a = '', b = ''] = id.split(':');
    const newest = lines.filter(isMessage).at(-1);
    const isSeen = newest !== undefined && isVisible(member, newest.seq);
    const named = Math.max(member.namedSeq, namedAllSeq);
    return {
      conversationId: id,
      kind: id.startsWith('d:') ? 'direct' : 'group',
      name: conversation.name,
      peerId: id.startsWith('d:') ? (a === user ? b : a) : '',
      lastSeq,
      last: isSeen ? { seq: newest.seq, state: newest.state, text: newest.text } : undefined,
      activeMs: newest === undefined ? 0 : this.whenWritten(id, newest.seq),
      unread: lastOrdinal - member.readOrdinal,
      readSeq: member.readSeq,
      mentionedSeq: named > Math.max(member.readSeq, member.clearedSeq) ? named : 0,
      peerReadSeq: member.peerReadSeq,
      peerDeliveredSeq: member.peerDeliveredSeq,
      ...member.settings,
      hidden: isHidden(conversation, member),
      left: false,
      role: conversation.governs(user) ? GroupRole.OWNER : GroupRole.MEMBER,
      mutedUntilMs: 0,
      hasOlder: false,
    };
  }

  #messages(conversation: ModelConversation, user: string): ShownMessage[] {
    const { id, lines, pinned, reactions } = conversation;
    const member = conversation.member(user);
    return lines
      .filter(isMessage)
      .filter(({ seq }) => isVisible(member, seq))
      .map((line) => ({
        seq: line.seq,
        sender: line.sender,
        clientMsgId: line.clientMsgId,
        createdMs: this.whenWritten(id, line.seq),
        state: line.state,
        text: line.text,
        mentions: line.mentions,
        edited: line.edited && line.state === 'shown',
        reactions: [...(reactions.get(line.seq) ?? [])].map(([emoji, userIds]) => {
          return { emoji, userIds };
        }),
        pinned: pinned.has(line.seq),
        changing: false,
      }));
  }

  #get(id: string): ModelConversation {
    const conversation = this.#conversations.get(id);
    if (conversation === undefined) throw new Error(`no conversation ${id}`);
    return conversation;
  }
}

function isVisible(member: Member, seq: number): boolean {
  return seq > member.clearedSeq && !member.deleted.has(seq);
}

/** Out of the list until something new arrives. */
function isHidden({ lastSeq }: ModelConversation, { hiddenAtSeq }: Member): boolean {
  return hiddenAtSeq !== undefined && lastSeq <= hiddenAtSeq;
}

function byPlaceInList(a: ShownView, b: ShownView): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  if (a.activeMs !== b.activeMs) return b.activeMs - a.activeMs;
  return a.conversationId < b.conversationId ? -1 : 1;
}
