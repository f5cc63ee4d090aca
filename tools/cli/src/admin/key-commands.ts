import { AddKeyRequest, KeyAlgorithm, type Key } from '@queqiao/protocol/admin';
import { exportJWK, generateKeyPair } from 'jose';
import type { AdminDoor } from './admin-door.js';

/** A key for device tokens. */
export interface IssuedKey {
  readonly kid: string;
  readonly alg: 'HS256' | 'EdDSA';
  /** Shown once. HS256: base64 of the shared secret. EdDSA: the private key as JWK text, which has never left this process. */
  readonly secret: string;
}

const ALGORITHMS: Readonly<Record<string, 'HS256' | 'EdDSA'>> = { HS256: 'HS256', EdDSA: 'EdDSA' };

export async function addKey(
  door: AdminDoor,
  app: string,
  options: { readonly alg?: string | undefined; readonly kid?: string | undefined } = {},
): Promise<IssuedKey> {
  const alg = ALGORITHMS[options.alg ?? 'HS256'];
  if (alg === undefined) throw new Error('--alg is HS256 or EdDSA');
  const request = { ...door.request(app), keyId: options.kid ?? '' };
  if (alg === 'HS256') {
    const algorithm = KeyAlgorithm.HS256;
    const add = AddKeyRequest.create({ ...request, algorithm });
    const { key, secret } = await door.apps.addKey(add, door.call);
    return { kid: key?.keyId ?? '', alg, secret: Buffer.from(secret).toString('base64') };
  }
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const publicJwk = JSON.stringify(await exportJWK(publicKey));
  const algorithm = KeyAlgorithm.EDDSA;
  const add = AddKeyRequest.create({ ...request, algorithm, publicJwk });
  const kid = (await door.apps.addKey(add, door.call)).key?.keyId ?? '';
  return { kid, alg, secret: JSON.stringify({ ...(await exportJWK(privateKey)), alg, kid }) };
}

export async function retireKey(
  door: AdminDoor,
  app: string,
  keyId: string,
  at: string | undefined,
): Promise<Record<string, unknown>> {
  const retireAtMs = at === undefined ? 0 : Date.parse(at);
  if (Number.isNaN(retireAtMs)) throw new Error('--at is a time, such as 2030-01-31T12:00:00Z');
  const { key } = await door.apps.retireKey({ ...door.request(app), keyId, retireAtMs }, door.call);
  return { app, ...(key && keyFacts(key)) };
}

export async function listKeys(door: AdminDoor, app: string): Promise<Record<string, unknown>> {
  const { keys } = await door.apps.listKeys({ appId: app }, door.call);
  return Object.fromEntries(keys.map((key) => [key.keyId, keyFacts(key)]));
}

function keyFacts({ keyId: kid, algorithm, createdMs, retiredMs }: Key) {
  const alg = algorithm === KeyAlgorithm.EDDSA ? 'EdDSA' : 'HS256';
  return { kid, alg, created: timeOf(createdMs), retired: timeOf(retiredMs) };
}

/** Null for 0, which means never. */
export function timeOf(ms: number): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}
