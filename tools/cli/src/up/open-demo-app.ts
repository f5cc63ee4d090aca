import { isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import { addCredential } from '../admin/credential-commands.js';
import type { AdminDoor } from '../admin/admin-door.js';
import { addKey } from '../admin/key-commands.js';
import { DEMO_APP_ID, keepDemoApp, readDemoApp, type DemoApp } from './demo-app.js';

/**
 * The demo app with a key and a credential, made at the first start and kept in `file`. When the database was emptied or
 * replaced behind the file, new secrets are issued.
 */
export async function openDemoApp(door: AdminDoor, file: string): Promise<DemoApp> {
  const kept = readDemoApp(file);
  const keys = await keysOfDemoApp(door);
  if (kept && keys?.includes(kept.keyId)) return kept;
  if (keys === undefined) {
    await door.apps.createApp({ ...door.request(DEMO_APP_ID), name: 'Demo' }, door.call);
  }
  const key = await addKey(door, DEMO_APP_ID);
  const { credential } = await addCredential(door, DEMO_APP_ID);
  const app = { credential, keyId: key.kid, keySecret: key.secret };
  keepDemoApp(file, app);
  return app;
}

/** Those that are good; undefined when there is no such app. */
async function keysOfDemoApp(door: AdminDoor): Promise<string[] | undefined> {
  try {
    const { keys } = await door.apps.listKeys({ appId: DEMO_APP_ID }, door.call);
    return keys.filter(({ retiredMs }) => retiredMs === 0).map(({ keyId }) => keyId);
  } catch (error) {
    if (isServiceError(error) && statusToDomainError(error).code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
