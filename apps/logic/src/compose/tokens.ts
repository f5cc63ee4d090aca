import type { Database } from '@queqiao/store-mysql';
import { serverTokenService, type AnyService } from '../api/index.js';
import { TokenSigner } from '../auth/token-signer.js';
import type { TokenSecrets } from '../auth/token-secrets.js';
import type { KnownUsers, Tokens } from '../usecase/session/ports.js';
import { IssueToken } from '../usecase/token/issue-token.js';
import { RevokeToken } from '../usecase/token/revoke-token.js';
import { callsOf } from './calls.js';

/** Tokens for the apps' back ends. */
export function tokenService(deps: {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly secrets: TokenSecrets;
  readonly tokens: Tokens;
  readonly users: KnownUsers;
}): AnyService {
  const { database, secrets, tokens, users } = deps;
  const call = callsOf(database);
  return serverTokenService({
    issueToken: call(({ tokenKeys: keys }) => {
      return new IssueToken({ rules: keys, users, signing: new TokenSigner({ secrets, keys }) });
    }),
    revokeToken: call(({ revocations }) => new RevokeToken({ tokens, revocations })),
  });
}
