import { MessageServiceDefinition } from '@queqiao/protocol/client';
import type { DeleteForMe } from '../../usecase/conversation/delete-for-me.js';
import type { DeleteEntries } from '../../usecase/message/delete-entries.js';
import type { EditEntry } from '../../usecase/message/edit-entry.js';
import type { PinEntry } from '../../usecase/message/pin-entry.js';
import type { ReactToEntry } from '../../usecase/message/react-to-entry.js';
import type { RecallEntry } from '../../usecase/message/recall-entry.js';
import type { SendEntry } from '../../usecase/message/send-entry.js';
import type { SendSignal } from '../../usecase/message/send-signal.js';
import { defineService, type ApiService } from '../api-service.js';
import { toMemberState } from '../conversation/mapper.js';
import { toMessageContent } from './content-mapper.js';

export interface MessageUsecases {
  readonly sendEntry: SendEntry;
  readonly recallEntry: RecallEntry;
  readonly editEntry: EditEntry;
  readonly deleteEntries: DeleteEntries;
  readonly reactToEntry: ReactToEntry;
  readonly pinEntry: PinEntry;
  readonly sendSignal: SendSignal;
  readonly deleteForMe: DeleteForMe;
}

export function clientMessageService(usecases: MessageUsecases): ApiService<'user'> {
  return defineService('user', MessageServiceDefinition, {
    send: (request, context) =>
      usecases.sendEntry.run(context, { ...request, content: toMessageContent(request.content) }),
    recall: (request, context) => usecases.recallEntry.run(context, request),
    edit: (request, context) =>
      usecases.editEntry.run(context, { ...request, content: toMessageContent(request.content) }),
    deleteForAll: (request, context) => usecases.deleteEntries.run(context, request),
    react: (request, context) => usecases.reactToEntry.run(context, request),
    pin: (request, context) => usecases.pinEntry.run(context, request),
    async deleteForMe(request, context) {
      return { member: toMemberState(await usecases.deleteForMe.run(context, request)) };
    },
    async signal(request, context) {
      await usecases.sendSignal.run(context, request);
      return {};
    },
  });
}
