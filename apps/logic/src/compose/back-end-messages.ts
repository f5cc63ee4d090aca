import type { Clock, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import {
  changeContents,
  importService,
  serverConversationService,
  serverMessageService,
  type AnyService,
} from '../api/index.js';
import { DirectHeads, ImportWriter, storeFailure } from '../append/index.js';
import type { Delivery } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import { GetConversation } from '../usecase/conversation/get-conversation.js';
import { ListConversations } from '../usecase/conversation/list-conversations.js';
import { ListMessageReaders } from '../usecase/conversation/list-message-readers.js';
import { ListMessages } from '../usecase/conversation/list-messages.js';
import { ListReadStates } from '../usecase/conversation/list-read-states.js';
import { DeleteMessages } from '../usecase/message/delete-messages.js';
import { ImportMessages } from '../usecase/message/import-messages.js';
import type { MessagePosts } from '../usecase/message/post-message.js';
import { RecallMessage } from '../usecase/message/recall-message.js';
import { SendMessage } from '../usecase/message/send-message.js';
import { SendToUsers } from '../usecase/message/send-to-users.js';
import { readsOf } from './reads.js';

export interface BackEndMessagesDeps extends MessagePosts {
  readonly database: Database;
  readonly apps: Apps;
  readonly delivery: Pick<Delivery, 'pushChange'>;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** What back ends do with conversations and their messages. */
export function backEndMessageServices(
  deps: BackEndMessagesDeps,
  options: { readonly owner: string },
): AnyService[] {
  const { apps } = deps;
  const { conversations, users, requests } = deps.database;
  const read = readsOf(deps.database);
  const changes = { ...deps, contents: changeContents };
  return [
    serverMessageService({
      sendMessage: new SendMessage({ ...deps, users, conversations }),
      sendToUsers: new SendToUsers({ ...deps, users, requests }),
      listMessages: read(({ conversations: log }) => new ListMessages({ log })),
      recallMessage: new RecallMessage(changes),
      deleteMessages: new DeleteMessages(changes),
    }),
    serverConversationService({
      getConversation: read(({ conversations: log }) => new GetConversation({ log })),
      listConversations: read(
        (stores) => new ListConversations({ ...stores, log: stores.conversations }),
      ),
      listReadStates: read(({ conversations: log }) => new ListReadStates({ log })),
      listReaders: read(
        ({ conversations: log, members }) => new ListMessageReaders({ log, members }),
      ),
    }),
    importService({
      importMessages: new ImportMessages({ apps, users, log: importWriter(deps, options) }),
    }),
  ];
}

function importWriter(
  { database, delivery, clock, metrics }: BackEndMessagesDeps,
  options: { readonly owner: string },
): ImportWriter {
  const { append, users, conversations } = database;
  return new ImportWriter(
    {
      log: append,
      heads: new DirectHeads({ users, inserts: conversations }),
      failureOf: storeFailure,
      onImported: (batch) => delivery.pushChange({ ...batch, states: [] }),
      clock,
      metrics,
    },
    options,
  );
}
