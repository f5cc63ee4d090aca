import { DomainError, type AppId } from '@queqiao/domain';

import type { AppRules, Apps, AppState } from './ports.js';

/**
 * The rules of an app that takes calls. Errors: APP_SUSPENDED, UNAUTHENTICATED for an app that does not exist (its credential
 * cannot be genuine either).
 */
export async function activeApp(apps: Apps, appId: AppId): Promise<AppRules> {
  const app = await knownApp(apps, appId);
  const refusal = suspension(app);
  if (refusal) throw refusal;
  return app.settings;
}

/** An app whether it takes calls or not. Errors: UNAUTHENTICATED for an app that does not exist. */
export async function knownApp(apps: Apps, appId: AppId): Promise<AppState> {
  const app = await apps.app(appId);
  if (!app) throw new DomainError('UNAUTHENTICATED', 'the app is not known');
  return app;
}

/** APP_SUSPENDED for an app that takes no calls now. */
export function suspension(app: AppState): DomainError | undefined {
  if (app.status === 'active') return undefined;
  return new DomainError('APP_SUSPENDED', 'the app is suspended');
}
