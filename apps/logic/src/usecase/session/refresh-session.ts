import { DomainError, parseDeviceId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { LogEpoch } from '../conversation/ports.js';
import type { Tokens, WallClock } from './ports.js';
import { refuseSignedOut, type SignedOut } from './signed-out.js';

export interface RefreshedSession {
  readonly tokenExpiresMs: number;
  readonly tokenIssuedMs: number;
  /** As in OpenedSession. */
  readonly serverMs: number;
  readonly logEpoch: number;
}

export interface RefreshSessionInput {
  readonly token: string;
  /** Of the live session. */
  readonly appId: string;
  readonly userId: string;
  readonly deviceId: string;
}

export interface RefreshedSession {
  readonly tokenExpiresMs: number;
  readonly tokenIssuedMs: number;
  readonly logEpoch: number;
}

/**
 * Verifies a new token for a live session; it must name the same app and user. Errors: UNAUTHENTICATED, TOKEN_EXPIRED,
 * APP_SUSPENDED, UNAVAILABLE.
 */
export class RefreshSession {
  constructor(
    readonly deps: {
      readonly tokens: Tokens;
      readonly apps: Apps;
      readonly epoch: LogEpoch;
      readonly clock: WallClock;
      readonly signedOut: SignedOut;
    },
  ) {}

  async run(input: RefreshSessionInput): Promise<RefreshedSession> {
    const facts = await this.deps.tokens.verify(input.token);
    if (facts.appId !== input.appId || facts.userId !== input.userId) {
      throw new DomainError('UNAUTHENTICATED', 'the token is for somebody else');
    }
    const deviceId = parseDeviceId(input.deviceId, 'device_id');
    const [logEpoch] = await Promise.all([
      this.deps.epoch.logEpoch(),
      activeApp(this.deps.apps, facts.appId),
      refuseSignedOut(this.deps.signedOut, facts, deviceId),
    ]);
    return {
      tokenExpiresMs: facts.expiresMs,
      tokenIssuedMs: facts.issuedMs,
      serverMs: this.deps.clock.now(),
      logEpoch,
    };
  }
}
