import type { UserContext } from '../caller.js';
import type { MomentNotices } from './ports.js';

/** How many the caller has not read. Errors: none of its own. */
export class CountNotices {
  constructor(readonly deps: { readonly notices: Pick<MomentNotices, 'countUnread'> }) {}

  async run({ appId, caller }: UserContext): Promise<{ unreadCount: number }> {
    return { unreadCount: await this.deps.notices.countUnread(appId, caller.userId) };
  }
}
