import { free, not, seq, whole } from './field-rules.js';
import type { MethodRow } from './field-rules.js';

export const momentNotices: Record<string, MethodRow> = {
  ListMomentNotices: {
    request: { unread_only: true },
    fields: { page_token: not('x', 'W10'), limit: whole(0, 100), unread_only: free },
  },
  CountMomentNotices: { request: {}, fields: {} },
  MarkMomentNoticesRead: { request: { through_seq: 1 }, fields: { through_seq: seq } },
};
