import { Content } from '@queqiao/protocol/client';
import type { GroupEntries } from '../../usecase/group/ports.js';

/** Entry 1 of a group: a notice that raises nobody's unread count. */
export const groupEntries: GroupEntries = {
  groupCreated({ name, creatorId, memberIds }) {
    const content = Content.encode(
      Content.create({
        body: { $case: 'groupCreated', value: { name, creatorId, memberIds: [...memberIds] } },
      }),
    ).finish();
    return { kind: 'groupCreated', content, countable: false };
  },
};
