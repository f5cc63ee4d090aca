import { parseAppId } from '@queqiao/domain';
import { issueCredential, issueKey } from '../admin/issue-secrets.js';
import { openStore } from '../admin/open-store.js';
import { DEMO_APP_ID, keepDemoApp, readDemoApp, type DemoApp } from './demo-app.js';

/**
 * The demo app with a key and a credential, made at the first start and kept in `file`. When the database was emptied or
 * replaced behind the file, new secrets are issued.
 */
export async function openDemoApp(databaseUrl: string, file: string): Promise<DemoApp> {
  const appId = parseAppId(DEMO_APP_ID);
  const database = openStore(databaseUrl);
  try {
    const kept = readDemoApp(file);
    if (kept && (await database.apps.signingKey(appId, kept.keyId)) !== null) return kept;
    await database.apps.createApp(appId, 'Demo');
    const key = await issueKey(database.apps, appId, 'HS256');
    const { credential } = await issueCredential(database.apps, appId);
    const app = { credential, keyId: key.kid, keySecret: key.secret };
    keepDemoApp(file, app);
    return app;
  } finally {
    await database.close();
  }
}
