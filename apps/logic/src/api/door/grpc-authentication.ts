import { DomainError, parseDeviceId, type AppId, type Scope } from '@queqiao/domain';
import type { ServerCallContext } from '@queqiao/grpc-kit';
import { activeApp } from '../../usecase/app/active-app.js';
import type { Apps } from '../../usecase/app/ports.js';
import type { BusinessContext, OperatorContext, UserContext } from '../../usecase/caller.js';
import type { KnownUsers, Tokens } from '../../usecase/session/ports.js';
import { refuseRevoked, type Standings } from '../../usecase/session/standing.js';
import type { ApiMethod } from '../api-service.js';
import { requireScope } from './method-scopes.js';
import { needsActiveApp } from './suspended-apps.js';

/** Errors: UNAUTHENTICATED, UNAVAILABLE. */
export interface Credentials {
  verify(credential: string): Promise<{
    readonly appId: AppId;
    readonly credentialId: string;
    readonly scopes: readonly Scope[];
  }>;
}

/** Errors: UNAUTHENTICATED. */
export interface Operators {
  verify(bearer: string): { readonly operator: string };
}

export interface GrpcAuthenticationDeps {
  readonly tokens: Tokens;
  readonly credentials: Credentials;
  readonly operators: Operators;
  readonly apps: Apps;
  readonly users: KnownUsers;
  /** What the methods of server services ask of a credential, by their paths. */
  readonly scopes: ReadonlyMap<string, Scope>;
  /** May answer from a cache of a few seconds. */
  readonly standings: Standings;
}

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;
const DEVICE_KEY = 'queqiao-device';

/** Who calls the public door, from the call's metadata alone. Errors never hold what was sent. */
export class GrpcAuthentication {
  constructor(readonly deps: GrpcAuthenticationDeps) {}

  /** A user's token, with the device in `queqiao-device`. A first valid one makes the user, as a sign-in does. */
  async user(call: ServerCallContext, method: ApiMethod<'user'>): Promise<UserContext> {
    const { tokens, apps, users, standings } = this.deps;
    const token = await tokens.verify(bearer(call));
    const { appId, userId } = token;
    if (needsActiveApp(method)) await activeApp(apps, appId);
    const deviceId = parseDeviceId(metadataText(call, DEVICE_KEY), DEVICE_KEY);
    await refuseRevoked(standings, token, deviceId);
    await users.ensure(appId, userId);
    const caller = { kind: 'user', userId, deviceId } as const;
    return { appId, caller, requestId: call.requestId, signal: call.signal };
  }

  /** An app credential; the app is the credential's. Errors: PERMISSION_DENIED for a method that it is not for. */
  async business(
    call: ServerCallContext,
    method: Pick<ApiMethod<'business'>, 'path'>,
  ): Promise<BusinessContext> {
    const { credentials, apps } = this.deps;
    const { appId, credentialId, scopes } = await credentials.verify(bearer(call));
    requireScope(this.deps.scopes, method.path, scopes);
    if (needsActiveApp(method)) await activeApp(apps, appId);
    const caller = { kind: 'business', credentialId } as const;
    return { appId, caller, requestId: call.requestId, signal: call.signal };
  }

  /** An operator's secret. */
  operator(call: ServerCallContext): OperatorContext {
    const { operator } = this.deps.operators.verify(bearer(call));
    const { requestId, signal } = call;
    return { caller: { kind: 'operator', operator }, requestId, signal };
  }
}

function bearer(call: ServerCallContext): string {
  const token = BEARER.exec(metadataText(call, 'authorization'))?.[1];
  if (token !== undefined) return token;
  throw new DomainError('UNAUTHENTICATED', 'authorization must be a bearer credential');
}

function metadataText(call: ServerCallContext, key: string): string {
  const [value = ''] = call.metadata.get(key);
  return typeof value === 'string' ? value : '';
}
