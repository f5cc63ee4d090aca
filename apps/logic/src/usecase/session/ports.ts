import type { AppId, DeviceId, UserId } from '@queqiao/domain';

import type { AppState } from '../app/ports.js';

/** Wall time in milliseconds since the Unix epoch, by the clock that tokens are judged with. */
export interface WallClock {
  now(): number;
}

export interface TokenFacts {
  readonly appId: AppId;
  readonly userId: UserId;
  readonly expiresMs: number;
  /** By the issuer's clock. */
  readonly issuedMs: number;
  /** Of the key that signed it. */
  readonly keyId: string;
  /** By which it can be revoked; empty: it has none. */
  readonly tokenId: string;
  /** The only device that can use it; null: any. */
  readonly deviceId: DeviceId | null;
}

/** As Apps, for those who have to tell which suspension they have seen. */
export interface SessionApps {
  app(appId: AppId): Promise<(AppState & { readonly suspendedMs: number }) | null>;
}

/** Errors: UNAUTHENTICATED, TOKEN_EXPIRED, UNAVAILABLE. */
export interface Tokens {
  verify(token: string): Promise<TokenFacts>;
}

export interface KnownUsers {
  /**
   * Makes the user on a first valid sign-in; costs nothing for a user that was seen lately. Errors: LIMIT_EXCEEDED (the app has as
   * many users as it may have).
   */
  ensure(appId: AppId, userId: UserId): Promise<unknown>;
}

export interface DeviceFacts {
  readonly deviceId: DeviceId;
  readonly platform: string;
  readonly brand: string;
  readonly model: string;
  readonly osVersion: string;
  readonly appVersion: string;
}

export interface Devices {
  /** A sign-in of a lower generation than the stored one changes nothing. */
  recordSignIn(
    appId: AppId,
    userId: UserId,
    device: DeviceFacts,
    generation: number,
  ): Promise<void>;
  /** Moves "last seen" forward. */
  touch(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<void>;
}

export interface NodeRef {
  readonly nodeId: string;
  readonly bootId: string;
}

export interface SessionKick {
  readonly session: number;
  readonly closeCode: number;
  readonly reason: string;
}

/** The connect nodes, as this node sees them. */
export interface ConnectNodes {
  /** `acked`: the node has the order. `lost`: it may or may not. `unreachable`: it is not attached here, or takes nothing now. */
  kick(node: NodeRef, kick: SessionKick): Promise<'acked' | 'lost' | 'unreachable'>;
  isAttached(node: NodeRef): boolean;
  /** Whether the node's lease still runs. Rejects when the directory does not answer. */
  isLeased(node: NodeRef): Promise<boolean>;
}
