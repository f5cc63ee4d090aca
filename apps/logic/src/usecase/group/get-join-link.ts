import type { UserContext } from '../caller.js';
import { checkToken, noSuchLink } from './join-by-link.js';
import type { GroupReads } from './read-ports.js';
import type { JoinLink, JoinLinks } from './request-ports.js';
import { viewOf, type GroupView } from './view-group.js';

export interface LinkView extends GroupView {
  readonly link: JoinLink;
}

export interface JoinLinkDeps {
  readonly links: JoinLinks;
  readonly groups: Pick<GroupReads, 'groups' | 'members'>;
}

/** What a link leads to. Errors: INVALID_ARGUMENT, NOT_FOUND (also of one that lets nobody in any more). */
export class GetJoinLink {
  constructor(readonly deps: JoinLinkDeps) {}

  async run({ appId, caller }: UserContext, token: string): Promise<LinkView> {
    const { links, groups } = this.deps;
    const found = await links.joinLink(appId, checkToken(token));
    if (!found?.good) throw noSuchLink();
    const { link } = found;
    const [group] = await groups.groups(appId, [link.groupId]);
    if (group === undefined || group.dissolved) throw noSuchLink();
    const [row] = await groups.members(appId, link.groupId, [caller.userId]);
    return { link, ...viewOf(group, row) };
  }
}
