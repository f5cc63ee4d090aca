import type { AppId, DeviceId, UserId } from '@queqiao/domain';

import type { Revoker } from '../device/ports.js';

export interface TokenClaims {
  readonly appId: AppId;
  readonly userId: UserId;
  /** Null: any. */
  readonly deviceId: DeviceId | null;
  readonly tokenId: string;
  readonly issuedMs: number;
  /** At a whole second. */
  readonly expiresMs: number;
}

export interface TokenSigning {
  /** Errors: UNIMPLEMENTED when there is no secret to sign with. */
  sign(claims: TokenClaims): Promise<string>;
}

export interface IssueRules {
  /** By the database's clock. Null when there is no such user. */
  issueFacts(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId | null,
  ): Promise<{
    readonly nowMs: number;
    readonly signedOutMs: number;
    readonly banned: boolean;
  } | null>;
}

export interface TokenRevocations {
  /** With its end the token is known to be the user's. False when there is no such user. */
  revokeToken(
    appId: AppId,
    token: { readonly userId: UserId; readonly tokenId: string; readonly expiresMs: number | null },
    revoker: Revoker,
  ): Promise<boolean>;
}
