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
import { HiddenConversations } from '../usecase/message/hidden-conversations.js';
import { ImportMessages } from '../usecase/message/import-messages.js';
import type { MessagePosts } from '../usecase/message/post-message.js';
import { RecallMessage } from '../usecase/message/recall-message.js';
import { SendMessage } from '../usecase/message/send-message.js';
import { SendToUsers } from '../usecase/message/send-to-users.js';
import { callsOf } from './calls.js';

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
  const call = callsOf(deps.database);
  const imports = importWriter(deps, options);
  const changes = { ...deps, contents: changeContents };
  return [
    serverMessageService({
      sendMessage: new SendMessage({
        ...deps,
        hidden: call((stores) => new HiddenConversations(stores)),
      }),
      sendToUsers: call(
        ({ users, requests, answers }) => new SendToUsers({ ...deps, users, requests, answers }),
      ),
      listMessages: call(({ conversations: log }) => new ListMessages({ log })),
      recallMessage: new RecallMessage(changes),
      deleteMessages: new DeleteMessages(changes),
    }),
    serverConversationService({
      getConversation: call(({ conversations: log }) => new GetConversation({ log })),
      listConversations: call(
        (stores) => new ListConversations({ ...stores, log: stores.conversations }),
      ),
      listReadStates: call(({ conversations: log }) => new ListReadStates({ log })),
      listReaders: call(
        ({ conversations: log, members }) => new ListMessageReaders({ log, members }),
      ),
    }),
    importService({
      importMessages: call(({ users }) => new ImportMessages({ apps, users, log: imports })),
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
