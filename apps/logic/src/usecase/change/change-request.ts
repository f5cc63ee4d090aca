import { invalidArgument, isId, type Sender } from '@queqiao/domain';

import type { CallContext, Caller } from '../caller.js';
import type {
  ChangeOutcome,
  ChangeRequest,
  CommitPusher,
  NewEntry,
  EncodedEntry,
} from './ports.js';

/** Who is asking, as logs name senders: the user, or the app for its back ends. */
export function actorOf(caller: Caller): Sender {
  if (caller.kind === 'user') return { kind: 'user', id: caller.userId };
  return { kind: 'system', id: '' };
}

/** Errors: INVALID_ARGUMENT naming client_request_id. */
export function changeRequest(
  {
    caller,
    signal,
    requestDigest: digest,
  }: Pick<CallContext, 'caller' | 'signal' | 'requestDigest'>,
  clientRequestId: string,
  method: string,
): ChangeRequest {
  if (!isId(clientRequestId)) {
    throw invalidArgument('client_request_id', 'must match [A-Za-z0-9_.-]{1,64}');
  }
  return { actor: actorOf(caller), requestId: clientRequestId, method, digest, signal };
}

/** Hands what was written to the pusher, and the answer on. */
export function settled<T>(push: CommitPusher, { answer, commit }: ChangeOutcome<T>): T {
  if (commit !== null) push.pushCommit(commit);
  return answer;
}

/** Something that happened, told in a log without counting as a message. */
export function notice(sender: Sender, entry: EncodedEntry, { shown = true } = {}): NewEntry {
  return { ...entry, sender, countable: false, shown };
}
