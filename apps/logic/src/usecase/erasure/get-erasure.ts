import { DomainError, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import type { Erasure, Erasures } from './ports.js';

/** How far the erasure of a user has come. Errors: INVALID_ARGUMENT, NOT_FOUND (nobody asked for it), UNAVAILABLE. */
export class GetErasure {
  constructor(readonly deps: { readonly erasures: Pick<Erasures, 'erasure'> }) {}

  async run({ appId }: BusinessContext, user: string): Promise<Erasure> {
    const erasure = await this.deps.erasures.erasure(appId, parseUserId(user, 'user_id'));
    if (erasure !== null) return erasure;
    throw new DomainError('NOT_FOUND', 'there is no such erasure', { field: 'user_id' });
  }
}
