import { DomainError, type AppId } from '@queqiao/domain';

import type { AppRules, Apps } from './ports.js';

/**
 * The rules of an app that takes calls. Errors: APP_SUSPENDED, UNAUTHENTICATED for an app that does not exist (its credential
 * cannot be genuine either).
 */
export async function activeApp(apps: Apps, appId: AppId): Promise<AppRules> {
  const app = await apps.app(appId);
  if (!app) throw new DomainError('UNAUTHENTICATED', 'the app is not known');
  if (app.status !== 'active') throw new DomainError('APP_SUSPENDED', 'the app is suspended');
  return app.settings;
}
