import { invalidArgument, type AppId, type DeviceId, type UserId } from '@queqiao/domain';

export interface Revocation {
  readonly appId: AppId;
  readonly userId: UserId;
  /** Null: every device of the user. */
  readonly deviceId: DeviceId | null;
  /** Null: all tokens. */
  readonly tokenId: string | null;
  /** All sessions that did not know of it. */
  readonly banned: boolean;
  readonly revokedMs: number;
}

export interface AppRevocation {
  readonly appId: AppId;
  /** Null: the app was suspended. */
  readonly keyId: string | null;
  readonly revokedMs: number;
}

export interface RevocationPage {
  readonly nowMs: number;
  readonly rows: readonly Revocation[];
  readonly more: boolean;
  readonly apps: readonly AppRevocation[];
  readonly tooOld: boolean;
}

export interface RevocationFeed {
  since(
    sinceMs: number,
    after: Revocation | null,
    options: { readonly withTokens: boolean },
  ): Promise<RevocationPage>;
}

/** Who was signed out and which tokens were revoked lately, and whose app was suspended or key retired, for connect nodes. Errors: INVALID_ARGUMENT, UNAVAILABLE. */
export class RevocationsSince {
  constructor(readonly deps: { readonly feed: RevocationFeed }) {}

  run(
    sinceMs: number,
    after: Revocation | null,
    options: { readonly withTokens: boolean },
  ): Promise<RevocationPage> {
    if (sinceMs < 0) throw invalidArgument('since_ms', 'must not be negative');
    if (after && after.revokedMs < 0) {
      throw invalidArgument('after.revoked_ms', 'must not be negative');
    }
    return this.deps.feed.since(sinceMs, after, options);
  }
}
