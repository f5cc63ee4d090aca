import { ConversationServiceDefinition as Conversations } from '@queqiao/protocol/client';
import type { FakeLog } from './fake-log.js';

/** Undefined: not one of the operations that only read. */
export function executeRead(
  log: FakeLog,
  user: string,
  method: string,
  body: Uint8Array,
): Uint8Array | undefined {
  const { syncConversations, pullEntries, catchUp } = Conversations.methods;
  if (method === 'SyncConversations') {
    const { cursor } = syncConversations.requestType.decode(body);
    return syncConversations.responseType.encode(log.sync(user, cursor)).finish();
  }
  if (method === 'PullEntries') {
    const answer = log.pull(user, pullEntries.requestType.decode(body));
    return pullEntries.responseType.encode(answer).finish();
  }
  if (method === 'CatchUp') {
    const answer = log.catchUp(user, catchUp.requestType.decode(body));
    return catchUp.responseType.encode(answer).finish();
  }
  return undefined;
}
