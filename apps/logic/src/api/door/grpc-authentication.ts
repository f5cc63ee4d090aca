import { DomainError, parseDeviceId, type AppId } from '@queqiao/domain';
import type { ServerCallContext } from '@queqiao/grpc-kit';
import { activeApp } from '../../usecase/app/active-app.js';
import type { Apps } from '../../usecase/app/ports.js';
import type { BusinessContext, UserContext } from '../../usecase/caller.js';
import type { KnownUsers, Tokens } from '../../usecase/session/ports.js';
import { refuseSignedOut, type SignedOut } from '../../usecase/session/signed-out.js';

/** Errors: UNAUTHENTICATED, UNAVAILABLE. */
export interface Credentials {
  verify(credential: string): Promise<{ readonly appId: AppId; readonly credentialId: string }>;
}

export interface GrpcAuthenticationDeps {
  readonly tokens: Tokens;
  readonly credentials: Credentials;
  readonly apps: Apps;
  readonly users: KnownUsers;
  /** May answer from a cache of a few seconds. */
  readonly signedOut: SignedOut;
}

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;
const DEVICE_KEY = 'queqiao-device';

/** Who calls the public door, from the call's metadata alone. Errors never hold what was sent. */
export class GrpcAuthentication {
  constructor(readonly deps: GrpcAuthenticationDeps) {}

  /** A user's token, with the device in `queqiao-device`. A first valid one makes the user, as a sign-in does. */
  async user(call: ServerCallContext, needsActive: boolean): Promise<UserContext> {
    const { tokens, apps, users, signedOut } = this.deps;
    const token = await tokens.verify(bearer(call));
    const { appId, userId } = token;
    if (needsActive) await activeApp(apps, appId);
    const deviceId = parseDeviceId(metadataText(call, DEVICE_KEY), DEVICE_KEY);
    await refuseSignedOut(signedOut, token, deviceId);
    await users.ensure(appId, userId);
    const caller = { kind: 'user', userId, deviceId } as const;
    return { appId, caller, requestId: call.requestId, signal: call.signal };
  }

  /** An app credential; the app is the credential's. */
  async business(call: ServerCallContext, needsActive: boolean): Promise<BusinessContext> {
    const { credentials, apps } = this.deps;
    const { appId, credentialId } = await credentials.verify(bearer(call));
    if (needsActive) await activeApp(apps, appId);
    const caller = { kind: 'business', credentialId } as const;
    return { appId, caller, requestId: call.requestId, signal: call.signal };
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
