import { PresenceServiceDefinition } from '@queqiao/protocol/server';
import type { GetTruePresence } from '../../usecase/presence/get-presence.js';
import { defineService, type ApiService } from '../api-service.js';
import { toPresence } from './mapper.js';

export function serverPresenceService(usecases: {
  getTruePresence: GetTruePresence;
}): ApiService<'business'> {
  return defineService('business', PresenceServiceDefinition, {
    async getPresence({ userIds }, context) {
      return { presences: (await usecases.getTruePresence.run(context, userIds)).map(toPresence) };
    },
  });
}
