import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignJWT } from 'jose';
import { z } from 'zod';

export const DEMO_APP_ID = 'demo';

const demoAppSchema = z.object({
  /** For back ends: `authorization: Bearer <credential>`. */
  credential: z.string(),
  keyId: z.string(),
  /** Base64 of the HS256 secret. */
  keySecret: z.string(),
});

export type DemoApp = z.infer<typeof demoAppSchema>;

/** What an earlier start kept; undefined the first time. The file holds secrets of a development database only. */
export function readDemoApp(file: string): DemoApp | undefined {
  if (!existsSync(file)) return undefined;
  return demoAppSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function keepDemoApp(file: string, app: DemoApp): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(app, null, 2)}\n`, { mode: 0o600 });
}

/** A token for trying things by hand, valid for a day. */
export function demoToken(app: DemoApp, userId: string): Promise<string> {
  return new SignJWT({ app: DEMO_APP_ID })
    .setProtectedHeader({ alg: 'HS256', kid: app.keyId })
    .setSubject(userId)
    .setAudience('queqiao')
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(Buffer.from(app.keySecret, 'base64'));
}
