import { Content } from '@queqiao/protocol/client';
import { BroadcastServiceDefinition, BroadcastState } from '@queqiao/protocol/server';
import type { CancelBroadcast } from '../../usecase/broadcast/cancel-broadcast.js';
import type { GetBroadcast } from '../../usecase/broadcast/get-broadcast.js';
import type { ListBroadcasts } from '../../usecase/broadcast/list-broadcasts.js';
import type { Broadcast } from '../../usecase/broadcast/ports.js';
import type { StartBroadcast } from '../../usecase/broadcast/start-broadcast.js';
import { defineService, type ApiService } from '../api-service.js';
import { fromProtoSender, toMessageContent, toProtoSender } from '../message/content-mapper.js';

export interface BroadcastUsecases {
  readonly startBroadcast: StartBroadcast;
  readonly getBroadcast: GetBroadcast;
  readonly listBroadcasts: ListBroadcasts;
  readonly cancelBroadcast: CancelBroadcast;
}

export function serverBroadcastService(usecases: BroadcastUsecases): ApiService<'business'> {
  return defineService('business', BroadcastServiceDefinition, {
    startBroadcast: async (request, context) => ({
      broadcast: toBroadcast(
        await usecases.startBroadcast.run(context, {
          ...request,
          sender: fromProtoSender(request.sender),
          content: toMessageContent(request.content),
        }),
      ),
    }),
    getBroadcast: async (request, context) => ({
      broadcast: toBroadcast(await usecases.getBroadcast.run(context, request)),
    }),
    async listBroadcasts(request, context) {
      const page = await usecases.listBroadcasts.run(context, request);
      return { ...page, broadcasts: page.broadcasts.map(toBroadcast) };
    },
    cancelBroadcast: async (request, context) => ({
      broadcast: toBroadcast(await usecases.cancelBroadcast.run(context, request)),
    }),
  });
}

const STATES = {
  waiting: BroadcastState.WAITING,
  running: BroadcastState.RUNNING,
  done: BroadcastState.DONE,
  cancelled: BroadcastState.CANCELLED,
} as const satisfies Record<Broadcast['state'], BroadcastState>;

function toBroadcast({ sender, content, countable, state, ...rest }: Broadcast) {
  const { broadcastId, total, done, failed, createdMs, startedMs, endedMs } = rest;
  return {
    broadcastId,
    sender: toProtoSender(sender),
    content: content.length === 0 ? undefined : Content.decode(content),
    notCounted: !countable,
    state: STATES[state],
    total,
    done,
    failed,
    createdMs,
    startedMs,
    endedMs,
  };
}
