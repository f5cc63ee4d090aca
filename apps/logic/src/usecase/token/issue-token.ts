import { randomBytes } from 'node:crypto';
import { DomainError, invalidArgument, parseDeviceId, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import type { KnownUsers } from '../session/ports.js';
import type { IssueRules, TokenSigning } from './ports.js';

/** Shortest and longest time that an issued token is good, and what is taken when none is asked for. */
export const TOKEN_VALID_MIN_MS = 60_000;
export const TOKEN_VALID_MAX_MS = 2_592_000_000;
export const TOKEN_VALID_DEFAULT_MS = 86_400_000;
/** After the database's clock, so that a sign-out that has just been answered is earlier. */
const ISSUED_AHEAD_MS = 2;
const TOKEN_ID_BYTES = 16;

export interface IssueTokenInput {
  readonly userId: string;
  /** 0: the default. */
  readonly validMs: number;
  /** Empty: any. */
  readonly deviceId: string;
  readonly createUser: boolean;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresMs: number;
  readonly tokenId: string;
}

/**
 * Signs a token for a user of the caller's app. Errors: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS (the id was that of a user
 * who was erased), PERMISSION_DENIED (field `ban`), UNIMPLEMENTED, UNAVAILABLE.
 */
export class IssueToken {
  constructor(
    readonly deps: {
      readonly rules: IssueRules;
      readonly users: KnownUsers;
      readonly signing: TokenSigning;
    },
  ) {}

  async run({ appId }: BusinessContext, input: IssueTokenInput): Promise<IssuedToken> {
    const { rules, users, signing } = this.deps;
    const userId = parseUserId(input.userId, 'user_id');
    const deviceId = input.deviceId === '' ? null : parseDeviceId(input.deviceId, 'device_id');
    const validMs = checkValidity(input.validMs);
    if (input.createUser) await users.ensure(appId, userId);
    const facts = await rules.issueFacts(appId, userId, deviceId);
    if (facts === null) throw noUser(input.createUser);
    if (facts.banned) {
      throw new DomainError('PERMISSION_DENIED', 'the user is banned', { field: 'ban' });
    }
    const issuedMs = Math.max(facts.nowMs, facts.signedOutMs) + ISSUED_AHEAD_MS;
    const expiresMs = Math.floor((issuedMs + validMs) / 1_000) * 1_000;
    const tokenId = randomBytes(TOKEN_ID_BYTES).toString('base64url');
    const claims = { appId, userId, deviceId, tokenId, issuedMs, expiresMs };
    return { token: await signing.sign(claims), expiresMs, tokenId };
  }
}

/** Whom nobody could make was erased, perhaps after this node was told that the user exists. */
function noUser(toBeMade: boolean): DomainError {
  const field = 'user_id';
  if (!toBeMade) return new DomainError('NOT_FOUND', 'there is no such user', { field });
  return new DomainError('ALREADY_EXISTS', 'the id was that of a user who was erased', { field });
}

function checkValidity(validMs: number): number {
  if (validMs === 0) return TOKEN_VALID_DEFAULT_MS;
  if (validMs >= TOKEN_VALID_MIN_MS && validMs <= TOKEN_VALID_MAX_MS) return validMs;
  const range = `${TOKEN_VALID_MIN_MS} to ${TOKEN_VALID_MAX_MS}`;
  throw invalidArgument('valid_ms', `must be 0 or ${range}`);
}
