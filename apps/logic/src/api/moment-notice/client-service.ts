import { MomentNoticeServiceDefinition } from '@queqiao/protocol/client';
import type { CountNotices } from '../../usecase/moment-notice/count-notices.js';
import type { ListNotices } from '../../usecase/moment-notice/list-notices.js';
import type { MarkNoticesRead } from '../../usecase/moment-notice/mark-notices-read.js';
import { defineService, type ApiService } from '../api-service.js';
import { toProtoNotice } from './mapper.js';

export interface MomentNoticeUsecases {
  readonly listNotices: ListNotices;
  readonly countNotices: CountNotices;
  readonly markNoticesRead: MarkNoticesRead;
}

export function clientMomentNoticeService(usecases: MomentNoticeUsecases): ApiService<'user'> {
  return defineService('user', MomentNoticeServiceDefinition, {
    async listMomentNotices(request, context) {
      const { notices, nextPageToken } = await usecases.listNotices.run(context, request);
      return { notices: notices.map(toProtoNotice), nextPageToken };
    },
    countMomentNotices: (_request, context) => usecases.countNotices.run(context),
    markMomentNoticesRead: (request, context) => usecases.markNoticesRead.run(context, request),
  });
}
