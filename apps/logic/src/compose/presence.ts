import type { Directory } from '@queqiao/directory';
import { selfConversationId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import type { PresenceStore } from '@queqiao/store-mysql';
import {
  clientPresenceService,
  encodePresence,
  serverPresenceService,
  type AnyService,
} from '../api/index.js';
import type { Delivery } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import { GetPresence, GetTruePresence } from '../usecase/presence/get-presence.js';
import type { PresencePusher } from '../usecase/presence/ports.js';
import { SubscribePresence } from '../usecase/presence/subscribe-presence.js';
import { TellPresence } from '../usecase/presence/tell-presence.js';
import { UnsubscribePresence } from '../usecase/presence/unsubscribe-presence.js';

export interface PresenceDeps {
  readonly apps: Apps;
  readonly rows: PresenceStore;
  readonly directory: Directory;
  readonly delivery: Pick<Delivery, 'pushTransients'>;
  readonly clock: Clock;
}

export function presenceServices(deps: PresenceDeps): {
  readonly services: readonly AnyService[];
  readonly tellPresence: TellPresence;
} {
  const { apps, rows, directory } = deps;
  const shared = { apps, rows, online: directory, subscriptions: directory };
  return {
    services: [
      clientPresenceService({
        getPresence: new GetPresence(shared),
        subscribePresence: new SubscribePresence(shared),
        unsubscribePresence: new UnsubscribePresence(shared),
      }),
      serverPresenceService({ getTruePresence: new GetTruePresence(shared) }),
    ],
    tellPresence: new TellPresence({ ...shared, pusher: presencePusher(deps) }),
  };
}

/** Into the self feed of each viewer, all in one go. */
function presencePusher({ delivery, clock }: PresenceDeps): PresencePusher {
  return {
    pushPresences(appId, tellings) {
      const createdMs = clock.now();
      delivery.pushTransients(
        tellings.map(({ viewerId, presence }) => ({
          appId,
          conversationId: selfConversationId(viewerId),
          sender: { kind: 'system', id: '' },
          createdMs,
          event: { kind: 'presence', presence: encodePresence(presence) },
          userIds: [viewerId],
        })),
      );
    },
  };
}
