import { createGrpcClient, isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import { UserServiceDefinition } from '@queqiao/protocol/server';
import type { KnownPeople } from './known-people.js';
import { personName } from './person-name.js';
import type { IssuedToken, TokenIssuer } from './token-issuer.js';

const UPSERT_DEADLINE_MS = 5_000;

export interface UserUpserts {
  /** Creates the user, or changes the nickname when one is given. */
  upsert(user: { userId: string; nickname: string | undefined }): Promise<void>;
  close(): void;
}

/** What a customer's back end does when somebody has signed in to it: the user is made known to Queqiao and gets a token. */
export class SignIn {
  readonly #users: UserUpserts;
  readonly #tokens: TokenIssuer;
  readonly #people: KnownPeople;

  constructor(deps: { users: UserUpserts; tokens: TokenIssuer; people: KnownPeople }) {
    this.#users = deps.users;
    this.#tokens = deps.tokens;
    this.#people = deps.people;
  }

  /**
   * No password is asked: this is a demonstration, and whoever reaches it can be anyone.
   * Errors: INVALID_ARGUMENT (name), UNAVAILABLE.
   */
  async byName(typed: string): Promise<IssuedToken> {
    const { userId, nickname } = personName(typed);
    await this.#users.upsert({ userId, nickname });
    this.#people.add({ userId, name: nickname ?? userId });
    return this.#tokens.issue(userId);
  }

  /** A new token for the holder of an older one. Errors: UNAUTHENTICATED. */
  async byToken(token: string): Promise<IssuedToken> {
    return this.#tokens.issue(await this.#tokens.holderOf(token));
  }
}

/** Users of the app through the public gRPC API at `address`. */
export function grpcUserUpserts(address: string, credential: string): UserUpserts {
  const client = createGrpcClient(UserServiceDefinition, address);
  const metadata = { authorization: `Bearer ${credential}` };
  return {
    async upsert({ userId, nickname }) {
      try {
        await client.upsertUsers(
          { users: [{ userId, nickname, avatarUrl: undefined }] },
          { metadata, deadlineMs: UPSERT_DEADLINE_MS },
        );
      } catch (error) {
        throw isServiceError(error) ? statusToDomainError(error) : error;
      }
    },
    close: () => client.close(),
  };
}
