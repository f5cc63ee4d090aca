import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError, isId, type AppId, type Scope } from '@queqiao/domain';
import type { AppCredential } from '@queqiao/store-mysql';
import type { CachedSource } from './cached-source.js';

const PREFIX = 'qq1';
const SECRET_PATTERN = /^[A-Za-z0-9_-]{16,128}$/;

export interface VerifiedCredential {
  readonly appId: AppId;
  readonly credentialId: string;
  readonly scopes: readonly Scope[];
}

/**
 * Checks `qq1.<app>.<credential>.<secret>`, the credential of an app's own back ends. App ids may contain dots, so the parts
 * are taken from the right. Only the SHA-256 of a secret is stored; comparing takes the same time for every wrong one.
 * Errors: UNAUTHENTICATED (one message for every reason), UNAVAILABLE when credentials cannot be read.
 */
export class CredentialVerifier {
  readonly #credentials: CachedSource<[AppId, string], AppCredential>;

  constructor(deps: { readonly credentials: CachedSource<[AppId, string], AppCredential> }) {
    this.#credentials = deps.credentials;
  }

  /** `beforeUnknown` is called before one is looked up that this node has not seen; what it throws, nobody looks further for. */
  async verify(credential: string, beforeUnknown?: () => void): Promise<VerifiedCredential> {
    const parts = credential.split('.');
    const secret = parts.pop() ?? '';
    const credentialId = parts.pop() ?? '';
    const prefix = parts.shift();
    const app = parts.join('.');
    if (prefix !== PREFIX || !isId(app) || !isId(credentialId) || !SECRET_PATTERN.test(secret)) {
      throw refused();
    }
    const key = [app as AppId, credentialId] as const;
    if (!this.#credentials.hasSeen(...key)) beforeUnknown?.();
    const record = await this.#credentials.get(...key);
    const given = createHash('sha256').update(secret).digest();
    const stored = record?.secretHash ?? Buffer.alloc(given.length);
    const equal = stored.length === given.length && timingSafeEqual(given, stored);
    if (!record || record.revoked || !equal) throw refused();
    return { appId: app as AppId, credentialId, scopes: record.scopes };
  }
}

function refused(): DomainError {
  return new DomainError('UNAUTHENTICATED', 'the app credential is not valid');
}
