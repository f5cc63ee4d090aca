import type { Database } from '@queqiao/store-mysql';
import { serverTokenService, type AnyService } from '../api/index.js';
import { TokenSigner } from '../auth/token-signer.js';
import type { TokenSecrets } from '../auth/token-secrets.js';
import type { KnownUsers, Tokens } from '../usecase/session/ports.js';
import { IssueToken } from '../usecase/token/issue-token.js';
import { RevokeToken } from '../usecase/token/revoke-token.js';

/** Tokens for the apps' back ends. */
export function tokenService(deps: {
  readonly database: Pick<Database, 'tokenKeys' | 'revocations'>;
  readonly secrets: TokenSecrets;
  readonly tokens: Tokens;
  readonly users: KnownUsers;
}): AnyService {
  const { database, secrets, tokens, users } = deps;
  const { tokenKeys, revocations } = database;
  const signing = new TokenSigner({ secrets, keys: tokenKeys });
  return serverTokenService({
    issueToken: new IssueToken({ rules: tokenKeys, users, signing }),
    revokeToken: new RevokeToken({ tokens, revocations }),
  });
}
