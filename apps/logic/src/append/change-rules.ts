import {
  conversationRef,
  DomainError,
  invalidArgument,
  isMessageKind,
  MAX_EDITS,
  MAX_PINS,
  MAX_REACTIONS_PER_USER,
  type ChangeFacts,
  type EntryChange,
  type Sender,
  type TargetFacts,
} from '@queqiao/domain';
import type { AppendItem, SenderMembership } from './ports.js';

export type ChangingItem = Pick<AppendItem, 'sender' | 'conversationId'>;

/** Who asks, as far as the rules about changes go. */
interface Actor {
  readonly sender: Sender;
  /** Owner or admin of the group, or no user at all. */
  readonly governs: boolean;
  readonly isGroup: boolean;
  /** Entries up to it are not the actor's to see. */
  readonly joinedSeq: number;
}

type Rule<C> = (change: C, target: TargetFacts, actor: Actor, facts: ChangeFacts) => Verdict;
type Verdict = DomainError | null;

/** One rule for each kind of change, asked for every target. */
const RULES: { readonly [K in EntryChange['kind']]: Rule<Extract<EntryChange, { kind: K }>> } = {
  recall(change, target, actor, { nowMs }) {
    if (isRecent(target, change.windowMs, nowMs) && isOwn(target, actor)) return null;
    if (actor.governs) return null;
    return isOwn(target, actor) ? tooLate() : notOwn();
  },
  delete: (_change, target, actor) => (isOwn(target, actor) || actor.governs ? null : notOwn()),
  edit(change, target, actor, { nowMs }) {
    if (!isOwn(target, actor)) return notOwn();
    if (!isRecent(target, change.windowMs, nowMs)) return tooLate();
    if (change.contentKind !== target.kind) {
      return invalidArgument('content', `must stay of the kind ${target.kind}`);
    }
    return target.revision < MAX_EDITS ? null : tooMany('target_seq', `${MAX_EDITS} edits`);
  },
  react({ emoji, removed }, _target, _actor, { ownReactions }) {
    if (removed || ownReactions.has(emoji) || ownReactions.size < MAX_REACTIONS_PER_USER)
      return null;
    return tooMany('emoji', `${MAX_REACTIONS_PER_USER} reactions of one user on a message`);
  },
  pin({ removed }, { seq }, actor, { pinned }) {
    if (actor.isGroup && !actor.governs) return denied('only the owner and admins pin messages');
    if (removed || pinned.has(seq) || pinned.size < MAX_PINS) return null;
    return tooMany('target_seq', `${MAX_PINS} pinned messages`);
  },
};

/**
 * Whether a sender who may append may also make this change. What cannot be seen, is no message, or is gone already is
 * NOT_FOUND; what is there and not the sender's to change is PERMISSION_DENIED.
 */
export function judgeChange(
  item: ChangingItem,
  change: EntryChange,
  member: SenderMembership | null,
  facts: ChangeFacts,
): DomainError | null {
  const actor = actorOf(item, member);
  const rule = RULES[change.kind] as Rule<EntryChange>;
  for (const target of facts.targets) {
    if (!target || !isThere(target, actor)) return targetNotFound(change);
  }
  for (const target of facts.targets) {
    const verdict = target && rule(change, target, actor, facts);
    if (verdict) return verdict;
  }
  return null;
}

function actorOf({ sender, conversationId }: ChangingItem, member: SenderMembership | null): Actor {
  const isUser = sender.kind === 'user';
  return {
    sender,
    governs: !isUser || member?.role === 'owner' || member?.role === 'admin',
    isGroup: conversationRef(conversationId).kind === 'group',
    joinedSeq: isUser ? (member?.joinedSeq ?? 0) : 0,
  };
}

function isThere(target: TargetFacts, { joinedSeq }: Actor): boolean {
  return target.seq > joinedSeq && target.state === 'present' && isMessageKind(target.kind);
}

function isOwn(target: TargetFacts, { sender }: Actor): boolean {
  return target.sender.kind === sender.kind && target.sender.id === sender.id;
}

function isRecent(target: TargetFacts, windowMs: number, nowMs: number): boolean {
  return nowMs - target.createdMs <= windowMs;
}

function targetNotFound(change: EntryChange): DomainError {
  const field = change.kind === 'delete' ? 'target_seqs' : 'target_seq';
  return new DomainError('NOT_FOUND', 'no such message, or it is gone already', { field });
}

function notOwn(): DomainError {
  return denied('the message is not the caller’s');
}

function tooLate(): DomainError {
  return denied('the message is too old for that');
}

function denied(message: string): DomainError {
  return new DomainError('PERMISSION_DENIED', message, { field: 'target_seq' });
}

function tooMany(field: string, what: string): DomainError {
  return new DomainError('LIMIT_EXCEEDED', `at most ${what}`, { field });
}
