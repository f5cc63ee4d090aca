import {
  DomainError,
  invalidArgument,
  parseDeviceId,
  parseUserId,
  type AppId,
  type DeviceId,
  type Scope,
} from '@queqiao/domain';
import type { ServerCallContext } from '@queqiao/grpc-kit';
import { activeApp } from '../../usecase/app/active-app.js';
import type { Apps } from '../../usecase/app/ports.js';
import type { BusinessContext, OperatorContext, UserContext } from '../../usecase/caller.js';
import { mustExist, type UserLookup } from '../../usecase/must-exist.js';
import type { KnownUsers, TokenFacts } from '../../usecase/session/ports.js';
import {
  checkDevice,
  checkKnown,
  checkStanding,
  type KnownStandings,
} from '../../usecase/session/standing.js';
import type { ApiMethod } from '../api-service.js';
import { requireScope } from './method-scopes.js';
import type { RefusalGate } from './refusal-gate.js';
import { needsActiveApp } from './suspended-apps.js';

/** Errors: UNAUTHENTICATED, UNAVAILABLE. */
export interface Credentials {
  /** `beforeUnknown` is called before one is looked up that was not seen yet; what it throws is thrown. */
  verify(
    credential: string,
    beforeUnknown: () => void,
  ): Promise<{
    readonly appId: AppId;
    readonly credentialId: string;
    readonly scopes: readonly Scope[];
  }>;
}

/** As Tokens; `beforeUnknown` is called before a key is looked up that was not seen yet, and what it throws is thrown. */
export interface CallerTokens {
  verify(token: string, beforeUnknown: () => void): Promise<TokenFacts>;
}

/** Errors: UNAUTHENTICATED. */
export interface Operators {
  verify(bearer: string): { readonly operator: string };
}

export interface GrpcAuthenticationDeps {
  readonly tokens: CallerTokens;
  readonly credentials: Credentials;
  readonly operators: Operators;
  readonly apps: Apps;
  readonly users: KnownUsers & UserLookup;
  /** What methods ask of a credential, by their paths. */
  readonly scopes: ReadonlyMap<string, Scope>;
  /** May go by what was read up to STANDING_MAX_AGE_MS before the call. */
  readonly standings: KnownStandings;
  readonly refusals: Pick<RefusalGate, 'take'>;
}

/** Who says to call, by a token or credential that is genuine. */
export interface UserClaim {
  readonly context: UserContext;
  /** Reads what says whether it may: to be asked of calls that were admitted, and of them before they are carried out. */
  readonly confirm: () => Promise<unknown>;
}

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;
/** No token of a user's begins like this. */
const CREDENTIAL = /^qq1\./;
const DEVICE_KEY = 'queqiao-device';
/** On whose behalf a back end calls. Several values arrive as one, which is no id. */
const USER_KEY = 'queqiao-user';

/**
 * Who calls the public door, from the call's metadata alone. Errors never hold what was sent. Until a call is admitted nothing is
 * read for it that is not in a cache for all calls of its app, key or credential.
 */
export class GrpcAuthentication {
  constructor(readonly deps: GrpcAuthenticationDeps) {}

  /** Of a client service: the user itself, or a back end of the app in the user's place. */
  user(call: ServerCallContext, method: ApiMethod<'user'>): Promise<UserClaim> {
    const isCredential = CREDENTIAL.test(bearerOf(call) ?? '');
    return isCredential ? this.#onBehalf(call, method) : this.#self(call, method);
  }

  /** A user's token, with the device in `queqiao-device`. A first valid one makes the user, as a sign-in does. */
  async #self(call: ServerCallContext, method: ApiMethod<'user'>): Promise<UserClaim> {
    const { tokens, apps, users, standings } = this.deps;
    const token = await this.#genuine(call, (...given) => tokens.verify(...given));
    const { appId, userId } = token;
    if (call.metadata.get(USER_KEY).length > 0) {
      throw invalidArgument(USER_KEY, 'goes with an app credential only');
    }
    if (needsActiveApp(method)) await activeApp(apps, appId);
    const deviceId = parseDeviceId(metadataText(call, DEVICE_KEY), DEVICE_KEY);
    checkDevice(token, deviceId);
    // Whoever holds a token that is no good any more is not to use up what its user may do.
    checkKnown(standings, token, deviceId);
    const caller = { kind: 'user', userId, deviceId } as const;
    return {
      context: { appId, caller, requestId: call.requestId, signal: call.signal },
      async confirm() {
        await checkStanding(standings, token, deviceId);
        await users.ensure(appId, userId);
      },
    };
  }

  /**
   * An app credential with the user in `queqiao-user`, who has to be there already. Whether the device in `queqiao-device` is, or
   * was signed out, is not asked: no token of it is used.
   */
  async #onBehalf(call: ServerCallContext, method: ApiMethod<'user'>): Promise<UserClaim> {
    const { appId, caller, ...rest } = await this.business(call, method);
    const { credentialId } = caller;
    const userId = parseUserId(metadataText(call, USER_KEY), USER_KEY);
    const deviceId = optionalDevice(call);
    return {
      context: { ...rest, appId, credentialId, caller: { kind: 'user', userId, deviceId } },
      confirm: () => mustExist(this.deps.users, appId, [userId], () => USER_KEY),
    };
  }

  /** An app credential; the app is the credential's. Errors: PERMISSION_DENIED for a method that it is not for. */
  async business(
    call: ServerCallContext,
    method: Pick<ApiMethod<'business' | 'user'>, 'path'>,
  ): Promise<BusinessContext> {
    const { credentials, apps } = this.deps;
    const { appId, credentialId, scopes } = await this.#genuine(call, (...given) =>
      credentials.verify(...given),
    );
    requireScope(this.deps.scopes, method.path, scopes);
    if (needsActiveApp(method)) await activeApp(apps, appId);
    const caller = { kind: 'business', credentialId } as const;
    return { appId, caller, requestId: call.requestId, signal: call.signal };
  }

  /** An operator's secret. */
  async operator(call: ServerCallContext): Promise<OperatorContext> {
    const { operator } = await this.#genuine(call, (bearer) =>
      Promise.resolve(this.deps.operators.verify(bearer)),
    );
    const { requestId, signal } = call;
    return { caller: { kind: 'operator', operator }, requestId, signal };
  }

  /**
   * Whose bearer it is. One that is refused takes a token of its address, and one that has to be looked up takes it before that;
   * without a token left both are told so. Errors: UNAUTHENTICATED, RATE_LIMITED, whatever `verify` rejects with.
   */
  async #genuine<T>(
    call: ServerCallContext,
    verify: (bearer: string, beforeUnknown: () => void) => Promise<T>,
  ): Promise<T> {
    let taken = false;
    const take = (): void => {
      taken = true;
      this.deps.refusals.take(call);
    };
    try {
      const bearer = bearerOf(call);
      if (bearer !== undefined) return await verify(bearer, take);
      throw new DomainError('UNAUTHENTICATED', 'authorization must be a bearer credential');
    } catch (error) {
      const refused = error instanceof DomainError && error.code === 'UNAUTHENTICATED';
      if (refused && !taken) take();
      throw error;
    }
  }
}

function bearerOf(call: ServerCallContext): string | undefined {
  return BEARER.exec(metadataText(call, 'authorization'))?.[1];
}

function metadataText(call: ServerCallContext, key: string): string {
  const [value = ''] = call.metadata.get(key);
  return typeof value === 'string' ? value : '';
}

function optionalDevice(call: ServerCallContext): DeviceId | null {
  if (call.metadata.get(DEVICE_KEY).length === 0) return null;
  return parseDeviceId(metadataText(call, DEVICE_KEY), DEVICE_KEY);
}
