import {
  isEntry,
  keyOf,
  placeOf,
  seqOf,
  wasMember,
  written,
  type HistoryInput,
  type WrittenRecord,
} from '../history-input.js';
import { Stays } from '../stays.js';
import { notices } from './notices.js';
import { visibility } from './visibility.js';

/**
 * Devices see what was sent while their user was a member, nothing else. What is stored of memberships is what the joins and
 * leaves that were asked for say; nobody writes who is out, and nobody who is in is refused for not being so.
 */
export function* membership(input: HistoryInput): Generator<string> {
  const { history, members } = input;
  for (const { device, userId, events } of history.logs) {
    for (const { conversationId, seq } of events.filter(isEntry)) {
      if (wasMember(members.get(conversationId)?.get(userId), seq)) continue;
      yield `${device} sees ${placeOf(conversationId, seq)}`;
    }
  }
  const stays = new Stays(history.memberships);
  for (const record of written(history)) yield* writer(record, stays);
  yield* visibility(input, stays);
  yield* notices(input, stays);
}

function* writer(record: WrittenRecord, stays: Stays): Generator<string> {
  const { conversationId, sender, outcome } = record;
  if (seqOf(record) !== undefined && stays.surelyOut(conversationId, sender, record)) {
    yield `${keyOf(record)} was acknowledged, and its sender was no member`;
  }
  const refused = typeof outcome === 'object' && 'refused' in outcome ? outcome.refused : '';
  // A change that is not found is judged with the changes.
  const asStranger = refused === 'NOT_A_MEMBER' || (refused === 'NOT_FOUND' && 'text' in record);
  if (asStranger && stays.surelyIn(conversationId, sender, record)) {
    yield `${keyOf(record)} was refused with ${refused}, and its sender was a member`;
  }
}
