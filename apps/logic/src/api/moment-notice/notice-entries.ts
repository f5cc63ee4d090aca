import type { NoticeEntries } from '../../usecase/moment-notice/ports.js';
import { encodeEntry } from '../encode-entry.js';
import { NOTICE_KINDS } from './mapper.js';

export const noticeEntries: NoticeEntries = {
  noticed({ kind, ...words }) {
    return encodeEntry({ $case: 'momentNoticed', value: { kind: NOTICE_KINDS[kind], ...words } });
  },
  noticesRead(throughSeq) {
    return encodeEntry({ $case: 'momentNoticesRead', value: { throughSeq } });
  },
};
