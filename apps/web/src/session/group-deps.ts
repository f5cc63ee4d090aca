import type { Groups, QueqiaoClient } from '@queqiao/sdk';
import type { GroupsState } from '../state/group-state.js';
import { Problem } from './chat-actions.js';

/** The part of the client library's groups that the page uses. */
export type GroupClient = Pick<QueqiaoClient, 'on'> & { readonly groups: Groups };

export interface GroupSessionDeps {
  readonly client: GroupClient;
  readonly meId: string;
  readonly state: () => GroupsState;
  readonly change: (change: Partial<GroupsState>) => void;
  /** Opens a conversation; undefined: none. */
  readonly open: (conversationId: string | undefined) => void;
  /** Ids of people by name. Throws Problem when there is nobody of a name. */
  readonly existing: (names: readonly string[]) => Promise<string[]>;
  /** Their names will be shown. */
  readonly want: (userIds: readonly string[]) => void;
  readonly now: () => number;
}

/** What the server refuses is told to the person. */
export async function told<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw new Problem('problem', error instanceof Error ? error.message : String(error));
  }
}
