import { PresenceServiceDefinition } from '@queqiao/protocol/client';
import type { GetPresence } from '../../usecase/presence/get-presence.js';
import type { SubscribePresence } from '../../usecase/presence/subscribe-presence.js';
import type { UnsubscribePresence } from '../../usecase/presence/unsubscribe-presence.js';
import { defineService, type ApiService } from '../api-service.js';
import { toPresence } from './mapper.js';

export function clientPresenceService(usecases: {
  getPresence: GetPresence;
  subscribePresence: SubscribePresence;
  unsubscribePresence: UnsubscribePresence;
}): ApiService<'user'> {
  return defineService('user', PresenceServiceDefinition, {
    async getPresence({ userIds }, context) {
      return { presences: (await usecases.getPresence.run(context, userIds)).map(toPresence) };
    },
    async subscribePresence({ userIds }, context) {
      const answer = await usecases.subscribePresence.run(context, userIds);
      const { presences, lastsMs, crowdedUserIds } = answer;
      return { presences: presences.map(toPresence), lastsMs, crowdedUserIds: [...crowdedUserIds] };
    },
    async unsubscribePresence({ userIds }, context) {
      await usecases.unsubscribePresence.run(context, userIds);
      return {};
    },
  });
}
