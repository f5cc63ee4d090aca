import type { PresenceChangedRequest } from '@queqiao/protocol/link';
import type { TellPresence } from '../../usecase/presence/tell-presence.js';

/** The handler of SessionService that is about presence. */
export function presenceHandlers(tellPresence: TellPresence) {
  return {
    async presenceChanged(request: PresenceChangedRequest) {
      await tellPresence.run(request);
      return {};
    },
  };
}
