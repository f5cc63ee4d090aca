import { Scope, type Credential } from '@queqiao/protocol/admin';
import type { AdminDoor } from './admin-door.js';
import { timeOf } from './key-commands.js';

const SCOPES: Readonly<Record<string, Scope>> = {
  read: Scope.READ,
  write: Scope.WRITE,
  admin: Scope.ADMIN,
};
const ALL = Object.keys(SCOPES).join();

/** A credential for back ends, shown once. Without scopes it is for everything. */
export async function addCredential(
  door: AdminDoor,
  app: string,
  scopes = ALL,
): Promise<{ readonly credentialId: string; readonly credential: string }> {
  const wanted = scopes.split(',').map((name) => {
    const scope = SCOPES[name];
    if (scope === undefined) throw new Error('--scopes are some of read, write and admin');
    return scope;
  });
  const request = { ...door.request(app), scopes: wanted };
  const { credential, bearer } = await door.apps.createCredential(request, door.call);
  return { credentialId: credential?.credentialId ?? '', credential: bearer };
}

export async function listCredentials(
  door: AdminDoor,
  app: string,
): Promise<Record<string, unknown>> {
  const { credentials } = await door.apps.listCredentials({ appId: app }, door.call);
  return Object.fromEntries(credentials.map((each) => [each.credentialId, facts(each)]));
}

export async function revokeCredential(
  door: AdminDoor,
  app: string,
  credentialId: string,
): Promise<Record<string, unknown>> {
  const request = { ...door.request(app), credentialId };
  const { credential } = await door.apps.revokeCredential(request, door.call);
  return { app, ...(credential && facts(credential)) };
}

function facts({ credentialId, scopes, createdMs, revokedMs }: Credential) {
  const names = Object.keys(SCOPES).filter((name) => scopes.some((one) => one === SCOPES[name]));
  return { credentialId, scopes: names, created: timeOf(createdMs), revoked: timeOf(revokedMs) };
}
