import type {
  DeliveredAck,
  MemberChange,
  MemberStore,
  ReadersInput,
  SettingsChange,
} from '../member-types.js';
import type { StoreContext } from '../store-context.js';
import { ackDelivered } from './ack-delivered.js';
import { advanceRead } from './advance-read.js';
import { clearHistory, deleteForMe, updateSettings } from './own-view.js';
import { readers } from './readers.js';

export class MysqlMemberStore implements MemberStore {
  constructor(private readonly context: StoreContext) {}

  advanceRead(input: MemberChange & { readonly seq: number }) {
    return advanceRead(this.context, input);
  }

  updateSettings(input: SettingsChange) {
    return updateSettings(this.context, input);
  }

  clearHistory(input: MemberChange & { readonly throughSeq: number }) {
    return clearHistory(this.context, input);
  }

  deleteForMe(input: MemberChange & { readonly seqs: readonly number[] }) {
    return deleteForMe(this.context, input);
  }

  ackDelivered(
    acks: readonly DeliveredAck[],
    dispatch: { readonly owner: string; readonly dispatchDelayMs: number },
  ) {
    return ackDelivered(this.context, acks, dispatch);
  }

  readers(input: ReadersInput) {
    return readers(this.context, input);
  }
}
