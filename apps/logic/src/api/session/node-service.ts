import { invalidArgument } from '@queqiao/domain';
import type { Device } from '@queqiao/protocol/client';
import { DevicePolicy_Mode, SessionServiceDefinition } from '@queqiao/protocol/link';
import type { DevicePolicy } from '../../usecase/app/ports.js';
import type { AckDelivered } from '../../usecase/conversation/ack-delivered.js';
import type { LargeGroups } from '../../usecase/session/large-groups.js';
import type { TellPresence } from '../../usecase/presence/tell-presence.js';
import type { CloseSession } from '../../usecase/session/close-session.js';
import type { KickSession } from '../../usecase/session/kick-session.js';
import type { OpenSession, OpenSessionInput } from '../../usecase/session/open-session.js';
import type { RefreshSession } from '../../usecase/session/refresh-session.js';
import type { RevocationsSince } from '../../usecase/session/revocations-since.js';
import { defineService, type ApiService } from '../api-service.js';
import { largeGroupHandlers } from './large-groups.js';
import { platformName } from './platform.js';
import { presenceHandlers } from './presence.js';
import { revocationsSince } from './revocations.js';

const MODES = {
  unlimited: DevicePolicy_Mode.UNLIMITED,
  'max-per-user': DevicePolicy_Mode.MAX_PER_USER,
  'one-per-platform': DevicePolicy_Mode.ONE_PER_PLATFORM,
} as const satisfies Record<DevicePolicy['mode'], DevicePolicy_Mode>;

export function sessionService(usecases: {
  openSession: OpenSession;
  refreshSession: RefreshSession;
  closeSession: CloseSession;
  kickSession: KickSession;
  ackDelivered: AckDelivered;
  revocationsSince: RevocationsSince;
  largeGroups: LargeGroups;
  tellPresence: TellPresence;
}): ApiService<'node'> {
  return defineService('node', SessionServiceDefinition, {
    async openSession({ token, device, generation, origin }) {
      const { devicePolicy, ...opened } = await usecases.openSession.run({
        token,
        device: toDevice(device),
        generation,
        origin,
      });
      const { mode, max } = devicePolicy;
      return {
        ...opened,
        devicePolicy: { mode: MODES[mode], maxDevices: mode === 'max-per-user' ? max : 0 },
      };
    },
    refreshSession: (request) => usecases.refreshSession.run(request),
    async closeSession(request) {
      await usecases.closeSession.run(request);
      return {};
    },
    kickSession: ({ nodeId, bootId, session, closeCode, reason }) =>
      usecases.kickSession.run({ nodeId, bootId }, { session, closeCode, reason }),
    revocationsSince: (request) => revocationsSince(usecases.revocationsSince, request),
    async ackDelivered(request) {
      await usecases.ackDelivered.run(request);
      return {};
    },
    ...presenceHandlers(usecases.tellPresence),
    ...largeGroupHandlers(usecases.largeGroups),
  });
}

function toDevice(device: Device | undefined): OpenSessionInput['device'] {
  if (!device) throw invalidArgument('device', 'is required');
  const { id, platform, brand, model, osVersion, appVersion } = device;
  return {
    deviceId: id,
    platform: platformName(platform),
    brand,
    model,
    osVersion,
    appVersion,
  };
}
