import type { AppId } from '@queqiao/domain';
import type { LogRequest } from './log-types.js';
import { findAnswer } from './log/requests.js';
import type { StoreContext } from './store-context.js';

export interface FirstAnswerStore {
  /** What the same request was answered, as long as that is kept. Errors: ALREADY_EXISTS (client_request_id). */
  answered(appId: AppId, request: LogRequest): Promise<{ readonly answer: unknown } | undefined>;
}

export class MysqlFirstAnswerStore implements FirstAnswerStore {
  constructor(private readonly context: StoreContext) {}

  answered(appId: AppId, request: LogRequest) {
    return findAnswer(this.context.kysely, appId, request);
  }
}
