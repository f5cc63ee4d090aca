import { MemberState } from '@queqiao/protocol/client';

/** What a sync answer says of a conversation and this device was not told before. */
export interface Unheard {
  readonly conversationId: string;
  /** Entries; none when toSeq is below. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Of the state of the user's own; 0: nothing new in it. */
  readonly rev: number;
}

/**
 * Whether a state says what only a push of it could have told. Own messages and mentions change it too, without one: of those
 * the entries tell.
 */
export function isPushedNews(
  known: MemberState | undefined,
  news: MemberState,
  readSeq: number,
): boolean {
  if (known === undefined || news.rev <= known.rev) return false;
  if (news.readSeq > readSeq) return true;
  const [before, after] = [pushedPart(known), pushedPart(news)];
  return before.length !== after.length || before.some((byte, at) => byte !== after[at]);
}

function pushedPart(state: MemberState): Uint8Array {
  const untold = { rev: 0, unread: 0, readSeq: 0, readOrdinal: 0, mentionedSeq: 0 };
  // Whether it is hidden follows from the length of the log.
  const settings = state.settings && { ...state.settings, hidden: false };
  return MemberState.encode({ ...state, ...untold, settings }).finish();
}
