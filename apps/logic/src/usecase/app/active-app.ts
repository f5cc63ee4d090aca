import { DomainError, type AppId } from '@queqiao/domain';

import type { AppRules, Apps, AppState } from './ports.js';

interface Source<S extends AppState> {
  app(appId: AppId): Promise<S | null>;
}

/**
 * The rules of an app that takes calls. Errors: APP_SUSPENDED, UNAUTHENTICATED for an app that does not exist (its credential
 * cannot be genuine either).
 */
export async function activeApp(apps: Apps, appId: AppId): Promise<AppRules> {
  return (await activeState(apps, appId)).settings;
}

/** The same, with all that is known of the app. */
export async function activeState<S extends AppState>(apps: Source<S>, appId: AppId): Promise<S> {
  const app = await knownApp(apps, appId);
  const refusal = suspension(app);
  if (refusal) throw refusal;
  return app;
}

/** An app whether it takes calls or not. Errors: UNAUTHENTICATED for an app that does not exist. */
export async function knownApp<S extends AppState>(apps: Source<S>, appId: AppId): Promise<S> {
  const app = await apps.app(appId);
  if (!app) throw new DomainError('UNAUTHENTICATED', 'the app is not known');
  return app;
}

/** APP_SUSPENDED for an app that takes no calls now. */
export function suspension(app: AppState): DomainError | undefined {
  if (app.status === 'active') return undefined;
  return new DomainError('APP_SUSPENDED', 'the app is suspended');
}
