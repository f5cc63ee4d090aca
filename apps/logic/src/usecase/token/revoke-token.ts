import {
  DomainError,
  invalidArgument,
  isId,
  parseUserId,
  type AppId,
  type UserId,
} from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { revokerOf } from '../revoker.js';
import type { Tokens } from '../session/ports.js';
import type { TokenRevocations } from './ports.js';

export interface RevokeTokenInput {
  readonly clientRequestId: string;
  /** Empty: by user and id. */
  readonly token: string;
  readonly userId: string;
  readonly tokenId: string;
}

interface Target {
  readonly userId: UserId;
  readonly tokenId: string;
  /** Null: it is not known that there is such a token. */
  readonly expiresMs: number | null;
}

/** Ends one token of a user of the caller's app, for good. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE. */
export class RevokeToken {
  constructor(
    readonly deps: {
      readonly tokens: Tokens;
      readonly revocations: TokenRevocations;
    },
  ) {}

  async run(context: BusinessContext, input: RevokeTokenInput): Promise<void> {
    const { revocations } = this.deps;
    const { appId } = context;
    const revoker = revokerOf(context, 'RevokeToken', input.clientRequestId);
    const target = input.token === '' ? namedOf(input) : await this.#given(appId, input);
    const found = await revocations.revokeToken(appId, target, revoker);
    if (!found) throw new DomainError('NOT_FOUND', 'there is no such user', { field: 'user_id' });
  }

  /** A token that is past its end, or of another app, is as unknown as one that is not genuine: it opens nothing here. */
  async #given(appId: AppId, { token, userId, tokenId }: RevokeTokenInput): Promise<Target> {
    if (userId !== '') throw invalidArgument('user_id', 'is not for a token that is given itself');
    if (tokenId !== '') {
      throw invalidArgument('token_id', 'is not for a token that is given itself');
    }
    const facts = await this.deps.tokens.verify(token).catch((error: unknown) => {
      const refused =
        error instanceof DomainError &&
        (error.code === 'UNAUTHENTICATED' || error.code === 'TOKEN_EXPIRED');
      if (refused) return null;
      throw error;
    });
    if (facts?.appId !== appId) {
      throw new DomainError('NOT_FOUND', 'this is no good token', { field: 'token' });
    }
    if (facts.tokenId === '') throw invalidArgument('token', 'has no jti to revoke it by');
    return facts;
  }
}

function namedOf({ userId, tokenId }: RevokeTokenInput): Target {
  const user = parseUserId(userId, 'user_id');
  if (!isId(tokenId)) throw invalidArgument('token_id', 'must match [A-Za-z0-9_.-]{1,64}');
  return { userId: user, tokenId, expiresMs: null };
}
