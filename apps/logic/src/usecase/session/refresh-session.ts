import { DomainError, parseDeviceId } from '@queqiao/domain';

import { activeState } from '../app/active-app.js';
import type { LogEpoch } from '../conversation/ports.js';
import type { SessionApps, Tokens, WallClock } from './ports.js';
import { checkStanding, sessionIssuedMs, type Standings } from './standing.js';

export interface RefreshedSession {
  readonly tokenExpiresMs: number;
  readonly tokenIssuedMs: number;
  /** As in OpenedSession, like the two that follow. */
  readonly serverMs: number;
  readonly keyId: string;
  readonly tokenId: string;
  readonly userBannedMs: number;
  readonly appSuspendedMs: number;
  readonly logEpoch: number;
}

export interface RefreshSessionInput {
  readonly token: string;
  /** Of the live session. */
  readonly appId: string;
  readonly userId: string;
  readonly deviceId: string;
}

/**
 * Verifies a new token for a live session; it must name the same app and user. Errors: UNAUTHENTICATED, TOKEN_EXPIRED,
 * APP_SUSPENDED, UNAVAILABLE.
 */
export class RefreshSession {
  constructor(
    readonly deps: {
      readonly tokens: Tokens;
      readonly apps: SessionApps;
      readonly epoch: LogEpoch;
      readonly clock: WallClock;
      readonly standings: Standings;
    },
  ) {}

  async run(input: RefreshSessionInput): Promise<RefreshedSession> {
    const facts = await this.deps.tokens.verify(input.token);
    if (facts.appId !== input.appId || facts.userId !== input.userId) {
      throw new DomainError('UNAUTHENTICATED', 'the token is for somebody else');
    }
    const deviceId = parseDeviceId(input.deviceId, 'device_id');
    const [logEpoch, app, standing] = await Promise.all([
      this.deps.epoch.logEpoch(),
      activeState(this.deps.apps, facts.appId),
      checkStanding(this.deps.standings, facts, deviceId),
    ]);
    return {
      tokenExpiresMs: facts.expiresMs,
      tokenIssuedMs: sessionIssuedMs(facts, standing),
      keyId: facts.keyId,
      tokenId: facts.tokenId,
      userBannedMs: standing.bannedMs,
      appSuspendedMs: app.suspendedMs,
      serverMs: this.deps.clock.now(),
      logEpoch,
    };
  }
}
