import type { Directory } from '@queqiao/directory';
import { selfConversationId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
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
import { callsOf } from './calls.js';

export interface PresenceDeps {
  readonly apps: Apps;
  readonly database: Pick<Database, 'presence' | 'whileWanted'>;
  readonly directory: Directory;
  readonly delivery: Pick<Delivery, 'pushTransients'>;
  readonly clock: Clock;
}

export function presenceServices(deps: PresenceDeps): {
  readonly services: readonly AnyService[];
  readonly tellPresence: TellPresence;
} {
  const { apps, database, directory } = deps;
  const given = { apps, online: directory, subscriptions: directory };
  const call = callsOf(database);
  return {
    services: [
      clientPresenceService({
        getPresence: call(({ presence: rows }) => new GetPresence({ ...given, rows })),
        subscribePresence: call(({ presence: rows }) => new SubscribePresence({ ...given, rows })),
        unsubscribePresence: new UnsubscribePresence(given),
      }),
      serverPresenceService({
        getTruePresence: call(({ presence: rows }) => new GetTruePresence({ ...given, rows })),
      }),
    ],
    tellPresence: new TellPresence({
      ...given,
      rows: database.presence,
      pusher: presencePusher(deps),
    }),
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
