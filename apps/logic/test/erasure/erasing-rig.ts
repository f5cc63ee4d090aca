import { Erasure_Phase, UserServiceDefinition as Users } from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import { ApiRig, newId, type UserCall } from '../rig/api-rig.js';

/** One node, one app, and users who are erased. */
export class ErasingRig {
  private constructor(
    readonly api: ApiRig,
    readonly app: TestApp,
    readonly backEnd: UserCall,
  ) {}

  static async start(): Promise<ErasingRig> {
    const api = await ApiRig.start();
    const app = await api.createApp('demo');
    return new ErasingRig(api, app, api.backEndCalls(app));
  }

  get url(): string {
    return this.api.database.url;
  }

  /** Makes users; the calls of each, in this order. */
  async people<const T extends readonly string[]>(
    ...userIds: T
  ): Promise<{ [K in keyof T]: UserCall }> {
    await this.backEnd(Users, 'upsertUsers', { users: userIds.map((userId) => ({ userId })) });
    const calls = await Promise.all(userIds.map((userId) => this.api.calls(this.app, userId)));
    return calls as { [K in keyof T]: UserCall };
  }

  /** Up to the end of the first pass: the sweep, which would make up for it, comes ten minutes later. */
  async erase(userId: string, keepMessages = false): Promise<void> {
    const request = { clientRequestId: newId(), userId, keepMessages };
    await this.backEnd(Users, 'eraseUser', request);
    await eventually('the user is gone', async () => {
      const { erasure } = await this.backEnd(Users, 'getErasure', { userId });
      return erasure?.phase === Erasure_Phase.DONE;
    });
  }

  stop(): Promise<void> {
    return this.api.stop();
  }
}
