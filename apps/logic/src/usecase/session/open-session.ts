import {
  DomainError,
  invalidArgument,
  parseDeviceId,
  type AppId,
  type UserId,
} from '@queqiao/domain';

import { activeState } from '../app/active-app.js';
import type { DevicePolicy } from '../app/ports.js';
import type { LogEpoch } from '../conversation/ports.js';
import { checkStanding, sessionIssuedMs, type Standings } from './standing.js';
import type { DeviceFacts, Devices, KnownUsers, SessionApps, Tokens, WallClock } from './ports.js';

/** Brand, model and versions: each at most this many UTF-8 bytes. */
export const DEVICE_TEXT_MAX_BYTES = 64;

export interface OpenSessionInput {
  readonly token: string;
  readonly device: Omit<DeviceFacts, 'deviceId'> & { readonly deviceId: string };
  readonly generation: number;
  /** Origin header of the upgrade; empty when there was none. */
  readonly origin: string;
}

export interface OpenedSession {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly tokenExpiresMs: number;
  /** When the answer was made, by the clock that `tokenExpiresMs` is to be compared with. */
  readonly serverMs: number;
  readonly tokenIssuedMs: number;
  /** Of the key that signed the token. */
  readonly keyId: string;
  /** By which the token can be revoked; empty: it has none. */
  readonly tokenId: string;
  /** When the user was banned last, as far as this node knows; 0: never, or long ago. */
  readonly userBannedMs: number;
  /** When the app was suspended last, as far as this node knows; 0: never. */
  readonly appSuspendedMs: number;
  readonly logEpoch: number;
  readonly devicePolicy: DevicePolicy;
}

export interface OpenSessionDeps {
  readonly tokens: Tokens;
  readonly apps: SessionApps;
  readonly users: KnownUsers;
  readonly devices: Pick<Devices, 'recordSignIn'>;
  readonly epoch: LogEpoch;
  readonly clock: WallClock;
  readonly standings: Standings;
}

/**
 * Signs a device in: the token decides app and user, and the user exists from then on. Errors: UNAUTHENTICATED,
 * TOKEN_EXPIRED, APP_SUSPENDED, PERMISSION_DENIED with field `origin`, LIMIT_EXCEEDED (a new user beyond maxUsers),
 * INVALID_ARGUMENT, UNAVAILABLE.
 */
export class OpenSession {
  constructor(readonly deps: OpenSessionDeps) {}

  async run(input: OpenSessionInput): Promise<OpenedSession> {
    const { tokens, apps, users, devices, epoch, clock } = this.deps;
    const device = checkDevice(input.device);
    if (input.generation < 0) throw invalidArgument('generation', 'must not be negative');
    const token = await tokens.verify(input.token);
    const { appId, userId } = token;
    const { settings: rules, suspendedMs } = await activeState(apps, appId);
    checkOrigin(input.origin, rules.allowedOrigins);
    const standing = await checkStanding(this.deps.standings, token, device.deviceId);
    // Before the device, which is kept of nobody who is not let in.
    await users.ensure(appId, userId);
    const [logEpoch] = await Promise.all([
      epoch.logEpoch(),
      devices.recordSignIn(appId, userId, device, input.generation),
    ]);
    return {
      appId,
      userId,
      tokenExpiresMs: token.expiresMs,
      tokenIssuedMs: sessionIssuedMs(token, standing),
      keyId: token.keyId,
      tokenId: token.tokenId,
      userBannedMs: standing.bannedMs,
      appSuspendedMs: suspendedMs,
      serverMs: clock.now(),
      logEpoch,
      devicePolicy: rules.devicePolicy,
    };
  }
}

function checkDevice(device: OpenSessionInput['device']): DeviceFacts {
  const deviceId = parseDeviceId(device.deviceId);
  const texts = {
    'device.brand': device.brand,
    'device.model': device.model,
    'device.os_version': device.osVersion,
    'device.app_version': device.appVersion,
  };
  for (const [field, value] of Object.entries(texts)) {
    if (Buffer.byteLength(value) > DEVICE_TEXT_MAX_BYTES) {
      throw invalidArgument(field, `must have at most ${DEVICE_TEXT_MAX_BYTES} bytes`);
    }
  }
  return { ...device, deviceId };
}

/** Only browsers send an origin; for others the list says nothing. */
function checkOrigin(origin: string, allowed: readonly string[]): void {
  if (origin === '' || allowed.length === 0 || allowed.includes(origin)) return;
  throw new DomainError('PERMISSION_DENIED', 'the app does not allow this origin', {
    field: 'origin',
  });
}
