import { createHash, randomBytes } from 'node:crypto';
import { invalidArgument, type Scope } from '@queqiao/domain';

import type { OperatorContext } from '../caller.js';
import { administer, checkId, existingApp, type AppRequest } from './administer.js';
import type { CredentialInfo, ManagedCredentials, Refusals } from './ports.js';

const SECRET_BYTES = 32;

export interface CreatedCredential {
  readonly credential: CredentialInfo;
  /** What a back end sends; empty in the answer to a repeated call. */
  readonly bearer: string;
}

/** Credentials of back ends. Errors: NOT_FOUND, LIMIT_EXCEEDED, INVALID_ARGUMENT, UNAVAILABLE. */
export class ManageCredentials {
  constructor(
    readonly deps: { readonly credentials: ManagedCredentials; readonly refusals: Refusals },
  ) {}

  create(
    context: OperatorContext,
    request: AppRequest & { readonly scopes: readonly Scope[] },
  ): Promise<CreatedCredential> {
    const { credentials, refusals } = this.deps;
    const about = { method: 'CreateCredential', request };
    return administer(refusals, context, about, async (call, appId) => {
      const scopes = checkScopes(request.scopes);
      const credentialId = `c-${randomBytes(6).toString('hex')}`;
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const secretHash = createHash('sha256').update(secret).digest();
      const fresh = { credentialId, scopes, secretHash };
      const credential = await credentials.addCredential(call, appId, fresh);
      const own = credential.credentialId === credentialId;
      return { credential, bearer: own ? `qq1.${appId}.${credentialId}.${secret}` : '' };
    });
  }

  async list(_context: OperatorContext, appId: string): Promise<CredentialInfo[]> {
    const app = await existingApp(this.deps.credentials, appId);
    return this.deps.credentials.credentials(app.appId);
  }

  revoke(
    context: OperatorContext,
    request: AppRequest & { readonly credentialId: string },
  ): Promise<CredentialInfo> {
    const { credentials, refusals } = this.deps;
    const { credentialId } = request;
    const about = { method: 'RevokeCredential', request, target: credentialId };
    return administer(refusals, context, about, (call, appId) =>
      credentials.revokeCredential(call, appId, checkId(credentialId, 'credential_id')),
    );
  }
}

function checkScopes(scopes: readonly Scope[]): readonly Scope[] {
  if (scopes.length === 0) throw invalidArgument('scopes', 'must not be empty');
  const twice = scopes.findIndex((scope, index) => scopes.indexOf(scope) !== index);
  if (twice >= 0) throw invalidArgument(`scopes[${twice}]`, 'is there already');
  return scopes;
}
