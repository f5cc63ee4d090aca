import { randomBytes } from 'node:crypto';
import { invalidArgument } from '@queqiao/domain';

import type { OperatorContext } from '../caller.js';
import type { WallClock } from '../session/ports.js';
import { administer, checkId, existingApp, type AppRequest } from './administer.js';
import type { KeyInfo, ManagedKeys, NewKey, Refusals } from './ports.js';
import { parsePublicJwk } from './public-jwk.js';

export const KEY_SECRET_MIN_BYTES = 32;
export const KEY_SECRET_MAX_BYTES = 512;
/** How far ahead a key may be retired: 365 days. */
export const RETIRE_AHEAD_MAX_MS = 31_536_000_000;

/** Of keys that the server makes for itself. */
const RESERVED_KEY_PREFIX = 'queqiao.';

export interface AddKeyInput extends AppRequest {
  /** Empty: one is made. */
  readonly keyId: string;
  readonly alg: KeyInfo['alg'] | undefined;
  /** HS256; empty: one is made. */
  readonly secret: Uint8Array;
  /** EdDSA. */
  readonly publicJwk: string;
}

export interface AddedKey {
  readonly key: KeyInfo;
  /** Only if it was made here, by this very call. */
  readonly secret: Uint8Array;
}

/** Keys for the tokens of devices. Errors: NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, INVALID_ARGUMENT, UNAVAILABLE. */
export class ManageKeys {
  constructor(
    readonly deps: {
      readonly keys: ManagedKeys;
      readonly refusals: Refusals;
      readonly clock: WallClock;
    },
  ) {}

  add(context: OperatorContext, request: AddKeyInput): Promise<AddedKey> {
    const { keys, refusals } = this.deps;
    const about = { method: 'AddKey', request, target: request.keyId };
    return administer(refusals, context, about, async (call, appId) => {
      const { made, ...key } = newKey(request);
      // Tells the answer to this call from a stored one, whose secret is gone.
      const mark = randomBytes(16).toString('hex');
      const answer = await keys.addKey(call, appId, key, (info) => ({ info, mark }));
      const own = answer.mark === mark;
      return { key: answer.info, secret: own && made ? made : new Uint8Array() };
    });
  }

  async list(_context: OperatorContext, appId: string): Promise<KeyInfo[]> {
    const app = await existingApp(this.deps.keys, appId);
    return this.deps.keys.keys(app.appId);
  }

  retire(
    context: OperatorContext,
    request: AppRequest & { readonly keyId: string; readonly retireAtMs: number },
  ): Promise<KeyInfo> {
    const { keys, refusals, clock } = this.deps;
    const { keyId, retireAtMs } = request;
    const about = { method: 'RetireKey', request, target: keyId };
    return administer(refusals, context, about, (call, appId) => {
      checkId(keyId, 'key_id');
      if (retireAtMs < 0 || retireAtMs > clock.now() + RETIRE_AHEAD_MAX_MS) {
        throw invalidArgument('retire_at_ms', 'must be 0 or within 365 days from now');
      }
      return keys.retireKey(call, appId, keyId, retireAtMs);
    });
  }
}

function newKey(input: AddKeyInput): NewKey & { readonly made?: Uint8Array } {
  const { alg, secret, publicJwk } = input;
  const kid =
    input.keyId === '' ? `k-${randomBytes(6).toString('hex')}` : checkId(input.keyId, 'key_id');
  if (kid.startsWith(RESERVED_KEY_PREFIX)) {
    throw invalidArgument('key_id', `must not begin with ${RESERVED_KEY_PREFIX}`);
  }
  if (alg === undefined) throw invalidArgument('algorithm', 'is required');
  if (alg === 'EdDSA') {
    if (secret.length > 0) throw invalidArgument('secret', 'is not for EdDSA');
    return { alg, kid, publicJwk: parsePublicJwk(publicJwk, kid, 'public_jwk') };
  }
  if (publicJwk !== '') throw invalidArgument('public_jwk', 'is not for HS256');
  if (secret.length === 0) {
    const made = randomBytes(KEY_SECRET_MIN_BYTES);
    return { alg, kid, secret: made, made };
  }
  if (secret.length < KEY_SECRET_MIN_BYTES || secret.length > KEY_SECRET_MAX_BYTES) {
    const range = `${KEY_SECRET_MIN_BYTES} to ${KEY_SECRET_MAX_BYTES}`;
    throw invalidArgument('secret', `must have ${range} bytes`);
  }
  return { alg, kid, secret };
}
