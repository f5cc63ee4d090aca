/** What a person writes into a conversation: a message, or something done to earlier ones. */
export type Deed =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly mentions: Mentions;
      /** False: raises nobody's unread count. */
      readonly counted: boolean;
    }
  | { readonly kind: 'recall'; readonly target: number }
  | { readonly kind: 'delete'; readonly targets: readonly number[] }
  | {
      readonly kind: 'edit';
      readonly target: number;
      readonly text: string;
      readonly mentions: Mentions;
    }
  | {
      readonly kind: 'reaction';
      readonly target: number;
      readonly emoji: string;
      readonly removed: boolean;
    }
  | { readonly kind: 'pin'; readonly target: number; readonly removed: boolean };

export type Mentions = 'all' | readonly string[];

/** Why nothing was written. */
export type Refusal = 'NOT_FOUND' | 'PERMISSION_DENIED';

export interface Line {
  readonly seq: number;
  readonly ordinal: number;
  /** Empty: the system. */
  readonly sender: string;
  readonly clientMsgId: string;
  readonly kind: Deed['kind'] | 'groupCreated';
  state: 'shown' | 'recalled' | 'deleted';
  /** Of messages, as of the newest edit. */
  text: string;
  mentions: Mentions;
  edited: boolean;
  /** Of edits: what they edit. */
  readonly target: number;
}

export interface Settings {
  pinned: boolean;
  muted: boolean;
  markedUnread: boolean;
  draft: string;
  remark: string;
}

export interface Member {
  readSeq: number;
  readOrdinal: number;
  clearedSeq: number;
  peerReadSeq: number;
  peerDeliveredSeq: number;
  /** Newest message that names the member. */
  namedSeq: number;
  /** Length of the log when the conversation was taken out of the list; undefined: it was not. */
  hiddenAtSeq: number | undefined;
  readonly deleted: Set<number>;
  settings: Settings;
}

/** One conversation by the rules of docs/protocol.md, in plain maps and without a thought for speed. */
export class ModelConversation {
  readonly lines: Line[] = [];
  readonly members = new Map<string, Member>();
  readonly pinned = new Set<number>();
  /** By message, then by emoji: who reacted, the first one first. */
  readonly reactions = new Map<number, Map<string, string[]>>();
  namedAllSeq = 0;

  /** A group belongs to the first member. */
  constructor(
    readonly id: string,
    users: readonly string[],
    readonly name: string,
  ) {
    for (const user of users) this.members.set(user, newMember());
  }

  get lastSeq(): number {
    return this.lines.length;
  }
  get lastOrdinal(): number {
    return this.lines.at(-1)?.ordinal ?? 0;
  }

  member(user: string): Member {
    const member = this.members.get(user);
    if (member === undefined) throw new Error(`${user} is not in ${this.id}`);
    return member;
  }

  /** A group belongs to the one that is named first. */
  governs(user: string): boolean {
    return this.id.startsWith('g:') && [...this.members.keys()][0] === user;
  }

  /** The other one of a chat of two. */
  peerOf(user: string): Member | undefined {
    if (!this.id.startsWith('d:')) return undefined;
    for (const [other, member] of this.members) if (other !== user) return member;
    return undefined;
  }

  /** What the system says first in a group: it counts for nobody. */
  announce(): void {
    this.#append('', '', 'groupCreated', false);
  }

  /** The seq, also of a repetition; 0 for what is so already. */
  write(sender: string, clientMsgId: string, deed: Deed): number | Refusal {
    const first = this.lines.find(
      (line) => line.clientMsgId === clientMsgId && line.sender === sender,
    );
    if (first !== undefined) return first.seq;
    const refusal = this.#refusal(sender, deed);
    if (refusal !== undefined) return refusal;
    if (this.#isSo(sender, deed)) return 0;
    const target = deed.kind === 'edit' ? deed.target : 0;
    const counted = deed.kind === 'text' && deed.counted;
    const line = this.#append(sender, clientMsgId, deed.kind, counted, target);
    this.#apply(line, deed);
    return line.seq;
  }

  #append(
    sender: string,
    clientMsgId: string,
    kind: Line['kind'],
    counted: boolean,
    target = 0,
  ): Line {
    const place = { seq: this.lastSeq + 1, ordinal: this.lastOrdinal + (counted ? 1 : 0) };
    const nothing = { state: 'shown' as const, text: '', mentions: [], edited: false };
    const line: Line = { ...place, sender, clientMsgId, kind, target, ...nothing };
    this.lines.push(line);
    return line;
  }

  #refusal(sender: string, deed: Deed): Refusal | undefined {
    if (deed.kind === 'text') return undefined;
    const targets = deed.kind === 'delete' ? deed.targets : [deed.target];
    const lines = targets.map((seq) => this.lines[seq - 1]);
    if (lines.some((line) => line?.kind !== 'text' || line.state !== 'shown')) return 'NOT_FOUND';
    const isGroup = this.id.startsWith('g:');
    const owns = this.governs(sender);
    const own = lines.every((line) => line?.sender === sender);
    const allowed =
      deed.kind === 'reaction' ||
      (deed.kind === 'pin' && (owns || !isGroup)) ||
      (deed.kind === 'edit' && own) ||
      ((deed.kind === 'recall' || deed.kind === 'delete') && (own || owns));
    return allowed ? undefined : 'PERMISSION_DENIED';
  }

  #isSo(sender: string, deed: Deed): boolean {
    if (deed.kind === 'pin') return this.pinned.has(deed.target) !== deed.removed;
    if (deed.kind !== 'reaction') return false;
    const users = this.reactions.get(deed.target)?.get(deed.emoji) ?? [];
    return users.includes(sender) !== deed.removed;
  }

  #apply(line: Line, deed: Deed): void {
    const { sender, seq } = line;
    if (deed.kind === 'text') this.#say(line, deed);
    else if (deed.kind === 'recall') this.#takeBack(deed.target, 'recalled');
    else if (deed.kind === 'delete') {
      for (const target of deed.targets) this.#takeBack(target, 'deleted');
    } else if (deed.kind === 'pin') {
      if (deed.removed) this.pinned.delete(deed.target);
      else this.pinned.add(deed.target);
    } else if (deed.kind === 'edit') {
      const target = this.lines[deed.target - 1];
      // Who is named by an edit is shown so, and told nothing.
      if (target !== undefined) Object.assign(target, { ...said(deed), edited: true });
    } else this.#react(sender, deed.target, deed.emoji, deed.removed);
    if (seq !== this.lastSeq) throw new Error('an entry was put elsewhere than at the end');
  }

  /** Only a message moves its author's cursor, and only a message names people. */
  #say(line: Line, deed: Extract<Deed, { kind: 'text' }>): void {
    Object.assign(line, said(deed));
    const author = this.member(line.sender);
    author.readSeq = Math.max(author.readSeq, line.seq);
    author.readOrdinal = Math.max(author.readOrdinal, line.ordinal);
    if (deed.mentions === 'all') this.namedAllSeq = line.seq;
    else {
      for (const user of deed.mentions) {
        const named = this.members.get(user);
        if (named !== undefined) named.namedSeq = line.seq;
      }
    }
  }

  /** With a message goes what its edits say, who reacted and that it was pinned. */
  #takeBack(seq: number, state: 'recalled' | 'deleted'): void {
    for (const line of this.lines) {
      const isEdit = line.kind === 'edit' && line.target === seq;
      if (line.seq === seq || isEdit) Object.assign(line, { state, text: '', mentions: [] });
    }
    this.reactions.delete(seq);
    this.pinned.delete(seq);
  }

  #react(user: string, seq: number, emoji: string, removed: boolean): void {
    const byEmoji = this.reactions.get(seq) ?? new Map<string, string[]>();
    this.reactions.set(seq, byEmoji);
    const others = (byEmoji.get(emoji) ?? []).filter((one) => one !== user);
    const users = removed ? others : [...others, user];
    if (users.length === 0) byEmoji.delete(emoji);
    else byEmoji.set(emoji, users);
  }
}

/** Messages and events, not what is done to them. */
export function isMessage({ kind }: Line): boolean {
  return kind === 'text' || kind === 'groupCreated';
}

function said({ text, mentions }: { text: string; mentions: Mentions }) {
  return { text, mentions };
}

function newMember(): Member {
  return {
    readSeq: 0,
    readOrdinal: 0,
    clearedSeq: 0,
    peerReadSeq: 0,
    peerDeliveredSeq: 0,
    namedSeq: 0,
    hiddenAtSeq: undefined,
    deleted: new Set(),
    settings: { pinned: false, muted: false, markedUnread: false, draft: '', remark: '' },
  };
}
