import {
  type History,
  type MessageChange,
  type OwnChange,
  type TestDevice,
} from '@queqiao/testkit';
import type { Chat } from './chat.js';
import type { Choices } from './choices.js';
import type { CrowdMembers } from './crowd-members.js';

/** A message that was acknowledged, as somebody might do something to it. */
interface Known {
  readonly seq: number;
  readonly sender: string;
}

/** How often each is chosen among the changes, in hundredths. */
const SHARES = {
  recall: 14,
  edit: 20,
  delete: 8,
  react: 26,
  pin: 8,
  settings: 14,
  hide: 6,
  clear: 4,
};
type Kind = keyof typeof SHARES;

/** Messages of one conversation that are remembered as targets. */
const MAX_KNOWN = 40;
const AGAIN_SHARE = 0.5;
const EMOJI = ['👍', '🎉', 'custom:shipit'] as const;
const WORDS = ['', '鹊桥', 'later'] as const;

export interface ChangesDeps {
  readonly choices: Choices;
  readonly history: History;
  readonly chats: readonly Chat[];
  readonly devices: readonly TestDevice[];
  readonly members: Pick<CrowdMembers, 'pick'>;
  /** Stands in texts, so that those of two apps differ. */
  readonly appId: string;
  /** Runs the work, unless the device has to wait for an answer in that conversation first. */
  readonly inTurn: (
    device: TestDevice,
    chatId: string,
    work: () => Promise<unknown>,
  ) => Promise<boolean>;
}

/** What a crowd does to its messages and to its own lists of conversations, recorded in its history. */
export class CrowdChanges {
  readonly #known = new Map<string, Known[]>();
  /** What was changed last, by conversation. */
  readonly #last = new Map<string, Known>();
  #made = 0;

  constructor(private readonly deps: ChangesDeps) {}

  /** A message of this chat was stored. */
  note(chat: Chat, message: Known): void {
    const known = this.#known.get(chat.id) ?? [];
    this.#known.set(chat.id, known);
    known.push(message);
    if (known.length > MAX_KNOWN) known.shift();
  }

  /** Somebody changes something, whatever comes to mind; nothing when there is nothing to change. */
  async any(): Promise<void> {
    const chat = this.deps.choices.pick(this.deps.chats);
    const known = this.#known.get(chat.id) ?? [];
    if (known.length === 0) return;
    const target = this.#target(chat, known);
    const kind = this.#kind();
    switch (kind) {
      case 'recall':
        return this.#takeBack(chat, target, { kind, targetSeq: target.seq });
      case 'delete': {
        const own = known.filter(({ sender }) => sender === target.sender).slice(-2);
        const targetSeqs = own.map(({ seq }) => seq).sort((a, b) => a - b);
        return this.#takeBack(chat, target, { kind, targetSeqs });
      }
      case 'edit': {
        const text = `${this.deps.appId} edit ${this.#made}`;
        return this.#change(chat, target.sender, { kind, targetSeq: target.seq, text });
      }
      case 'react': {
        const emoji = this.deps.choices.pick(EMOJI);
        const removed = this.#toss(0.3);
        const change: MessageChange = { kind, targetSeq: target.seq, emoji, removed };
        return this.#change(chat, this.deps.members.pick(chat), change);
      }
      case 'pin': {
        // In a group that is for the owner.
        const who = chat.id.startsWith('g:') ? chat.stayers[0] : this.deps.members.pick(chat);
        const change: MessageChange = { kind, targetSeq: target.seq, removed: this.#toss(0.5) };
        return this.#change(chat, who ?? '', change);
      }
      case 'settings':
      case 'hide':
      case 'clear':
        return this.#changeOwn(chat, this.#own(kind, target));
    }
  }

  /** Often the same message again, so that changes meet. */
  #target(chat: Chat, known: readonly Known[]): Known {
    const last = this.#last.get(chat.id);
    const again = last !== undefined && known.includes(last) && this.#toss(AGAIN_SHARE);
    const target = again ? last : this.deps.choices.pick(known);
    this.#last.set(chat.id, target);
    return target;
  }

  #own(kind: 'settings' | 'hide' | 'clear', { seq }: Known): OwnChange {
    if (kind === 'hide') return { kind, seqs: [seq] };
    if (kind === 'clear') return { kind, throughSeq: seq };
    const name = this.deps.choices.pick(['pinned', 'muted', 'draft', 'remark'] as const);
    const words = this.deps.choices.pick(WORDS);
    const value = name === 'pinned' || name === 'muted' ? this.#toss(0.5) : words;
    return { kind, settings: { [name]: value } };
  }

  async #takeBack(chat: Chat, { sender }: Known, change: MessageChange): Promise<void> {
    const seqs = change.kind === 'delete' ? change.targetSeqs : [];
    const gone = change.kind === 'recall' ? [change.targetSeq] : seqs;
    const left = (this.#known.get(chat.id) ?? []).filter(({ seq }) => !gone.includes(seq));
    this.#known.set(chat.id, left);
    await this.#change(chat, sender, change);
  }

  async #change({ id }: Chat, sender: string, change: MessageChange): Promise<void> {
    // One that never reads would not see its own change.
    const able = this.deps.devices.filter(
      ({ userId, feed }) => userId === sender && feed !== 'push',
    );
    if (able.length === 0) return;
    const device = this.deps.choices.pick(able);
    await this.deps.inTurn(device, id, () => {
      this.#made += 1;
      const clientMsgId = `c-${this.#made}`;
      const about = { sender, conversationId: id, clientMsgId, change };
      return this.deps.history.change(about, () => device.change(id, clientMsgId, change));
    });
  }

  async #changeOwn(chat: Chat, change: OwnChange): Promise<void> {
    const { id } = chat;
    const userId = this.deps.members.pick(chat);
    const device = this.deps.choices.pick(
      this.deps.devices.filter((each) => each.userId === userId),
    );
    // To who is out, nothing is there above the leave.
    if (newestOf(change) > device.high(id)) return;
    const about = { userId, conversationId: id, change };
    await this.deps.inTurn(device, id, () =>
      this.deps.history.changeOwn(about, () => device.changeOwn(id, change)),
    );
  }

  #kind(): Kind {
    let left = this.deps.choices.below(100);
    for (const [kind, share] of Object.entries(SHARES) as [Kind, number][]) {
      left -= share;
      if (left < 0) return kind;
    }
    return 'react';
  }

  #toss(probability: number): boolean {
    return this.deps.choices.next() < probability;
  }
}

/** The newest entry that it names; 0: none. */
function newestOf(change: OwnChange): number {
  if (change.kind === 'hide') return Math.max(...change.seqs);
  return change.kind === 'clear' ? change.throughSeq : 0;
}
