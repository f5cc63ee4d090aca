import { createHash, randomBytes } from 'node:crypto';
import type { Scope } from '@queqiao/domain';
import type { TestApp } from '@queqiao/testkit';
import type { ApiRig } from './api-rig.js';

/** A new credential of the app, for nothing but these. */
export async function credentialWith(
  rig: ApiRig,
  app: Pick<TestApp, 'appId'>,
  scopes: readonly Scope[],
): Promise<string> {
  const secret = randomBytes(24).toString('base64url');
  const hash = createHash('sha256').update(secret).digest();
  const id = `c-${randomBytes(4).toString('hex')}`;
  await rig.changeApps((apps) => apps.addCredential(app.appId, id, hash, scopes));
  return `qq1.${app.appId}.${id}.${secret}`;
}
