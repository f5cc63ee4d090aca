import type { UserSettings } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeAccount, type AccountChangeDeps } from './change-account.js';
import type { Account } from './ports.js';

/** Fields left undefined stay. */
export type SettingsPatch = { readonly [K in keyof UserSettings]: UserSettings[K] | undefined };

/** Changes the caller's settings. Errors: INVALID_ARGUMENT. */
export class UpdateMySettings {
  constructor(
    readonly deps: AccountChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: UserContext,
    input: { readonly clientRequestId: string; readonly patch: SettingsPatch },
  ): Promise<Account> {
    const set = Object.entries(input.patch).filter(([, value]) => value !== undefined);
    return changeAccount(this.deps, this.options, context, {
      clientRequestId: input.clientRequestId,
      method: 'UpdateMySettings',
      patch: ({ settings }) => ({ settings: { ...settings, ...Object.fromEntries(set) } }),
    });
  }
}
