import { createHash, randomBytes } from 'node:crypto';
import { parseAppId, type AppId } from '@queqiao/domain';
import { createLogger, createRegistry, systemClock } from '@queqiao/runtime';
import { createDatabase, type AppSettingsInput, type Database } from '@queqiao/store-mysql';
import { SignJWT } from 'jose';

const KID = 'k1';
const CREDENTIAL_ID = 'test';

/** Tests are faster than people; those about rates name what they limit. */
const ANY_RATE: AppSettingsInput = {
  userWritesPerSecond: 0,
  userReadsPerSecond: 0,
  appWritesPerSecond: 0,
  appReadsPerSecond: 0,
  credentialCallsPerSecond: 0,
};

/** An app with a signing key and a credential, as an operator would set it up. */
export class TestApp {
  readonly appId: AppId;
  /** For back ends: the value of `authorization` is `Bearer ` and this. */
  readonly credential: string;
  readonly secret: Uint8Array;
  readonly kid = KID;

  constructor(appId: string, secret: Uint8Array, credentialSecret: string) {
    this.appId = parseAppId(appId);
    this.secret = secret;
    this.credential = `qq1.${appId}.${CREDENTIAL_ID}.${credentialSecret}`;
  }

  /**
   * A device token, valid for `validS` seconds (negative: expired already). The default is longer than the hour by which a
   * test sets clocks wrong.
   */
  token(userId: string, validS = 7_200): Promise<string> {
    const nowS = Math.floor(Date.now() / 1_000);
    return new SignJWT({ app: this.appId })
      .setProtectedHeader({ alg: 'HS256', kid: KID })
      .setSubject(userId)
      .setAudience('queqiao')
      .setIssuedAt(Math.min(nowS, nowS + validS - 1))
      .setExpirationTime(nowS + validS)
      .sign(this.secret);
  }
}

/** Changes what an app has set, as an operator would. Nodes see it when what they have cached has aged. */
export async function changeSettings(
  url: string,
  appId: AppId,
  settings: AppSettingsInput,
): Promise<void> {
  const database = openStores(url);
  try {
    await database.apps.setSettings(appId, { ...ANY_RATE, ...settings });
  } finally {
    await database.close();
  }
}

/** Creates an app in the database at `url` (the services' own account). */
export async function createTestApp(
  url: string,
  appId: string,
  settings: AppSettingsInput = {},
): Promise<TestApp> {
  const database = openStores(url);
  try {
    const secret = randomBytes(32);
    const credentialSecret = randomBytes(24).toString('base64url');
    const app = new TestApp(appId, secret, credentialSecret);
    await database.apps.createApp(app.appId, appId);
    await database.apps.setSettings(app.appId, { ...ANY_RATE, ...settings });
    await database.apps.addKey(app.appId, { alg: 'HS256', kid: KID, secret });
    const hash = createHash('sha256').update(credentialSecret).digest();
    await database.apps.addCredential(app.appId, CREDENTIAL_ID, hash);
    return app;
  } finally {
    await database.close();
  }
}

function openStores(url: string): Database {
  return createDatabase({
    url,
    poolSize: 2,
    appendPoolSize: 1,
    statementTimeoutMs: 10_000,
    tenantGuard: true,
    clock: systemClock,
    logger: createLogger({ service: 'testkit', node: 'testkit', level: 'warn' }),
    metrics: createRegistry({ service: 'testkit', node: 'testkit' }),
  });
}
