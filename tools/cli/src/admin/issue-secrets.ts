import { createHash, randomBytes } from 'node:crypto';
import type { AppId } from '@queqiao/domain';
import type { AppStore } from '@queqiao/store-mysql';
import { exportJWK, generateKeyPair } from 'jose';

const SECRET_BYTES = 32;

/** A key for device tokens. `secret` is shown once: for EdDSA the store keeps the public half only. */
export interface IssuedKey {
  readonly kid: string;
  readonly alg: 'HS256' | 'EdDSA';
  /** HS256: base64 of the shared secret. EdDSA: the private key as JWK text. */
  readonly secret: string;
}

/** A credential for back ends, shown once: the store keeps its SHA-256. */
export interface IssuedCredential {
  readonly credentialId: string;
  /** qq1.<app>.<credential>.<secret> */
  readonly credential: string;
}

/** Makes a signing key and keeps it. Works only for an app that exists. */
export async function issueKey(
  store: AppStore,
  appId: AppId,
  alg: IssuedKey['alg'] = 'HS256',
): Promise<IssuedKey> {
  const kid = `k-${randomBytes(6).toString('hex')}`;
  if (alg === 'HS256') {
    const secret = randomBytes(SECRET_BYTES);
    await mustBeNew(store.addKey(appId, { alg, kid, secret }));
    return { kid, alg, secret: secret.toString('base64') };
  }
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const publicJwk = JSON.stringify({ ...(await exportJWK(publicKey)), alg, kid });
  await mustBeNew(store.addKey(appId, { alg, kid, publicJwk }));
  return { kid, alg, secret: JSON.stringify({ ...(await exportJWK(privateKey)), alg, kid }) };
}

/** Makes a back-end credential and keeps its hash. Works only for an app that exists. */
export async function issueCredential(store: AppStore, appId: AppId): Promise<IssuedCredential> {
  const credentialId = `c-${randomBytes(6).toString('hex')}`;
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const hash = createHash('sha256').update(secret).digest();
  await mustBeNew(store.addCredential(appId, credentialId, hash));
  return { credentialId, credential: `qq1.${appId}.${credentialId}.${secret}` };
}

async function mustBeNew(added: Promise<boolean>): Promise<void> {
  if (!(await added)) throw new Error('a random id was taken; try again');
}
