import { EventServiceDefinition } from '@queqiao/protocol/server';
import type { SubscribeEvents } from '../../usecase/event/subscribe-events.js';
import { defineService, type ApiService } from '../api-service.js';
import { toEntry } from '../conversation/mapper.js';

export function serverEventService(usecases: {
  readonly subscribeEvents: SubscribeEvents;
}): ApiService<'business'> {
  return defineService('business', EventServiceDefinition, {
    async *subscribe(request, context) {
      for await (const { events, cursor } of usecases.subscribeEvents.run(context, request)) {
        yield {
          events: events.map((event) => ({ cursor: event.cursor, entry: toEntry(event.entry) })),
          cursor,
        };
      }
    },
  });
}
