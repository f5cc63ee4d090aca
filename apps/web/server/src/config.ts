import { isId } from '@queqiao/domain';
import { commonConfig, defineConfig, field, type ConfigOf } from '@queqiao/runtime';
import { z } from 'zod';
import { appOfCredential } from './app-credential.js';

const MIN_SECRET_BYTES = 32;

const common = commonConfig({ operationsPort: 9080 });

/** Everything that can be set, with its unit in its name. */
const schema = z
  .object({
    ...common.shape,
    port: field.port().default(9090).describe('Port of the page and its API; 0: any free one.'),
    grpcUrl: field.hostPort().describe('Public gRPC API of a logic node, as host:port.'),
    appCredential: field
      .text(256)
      .describe('Credential of the app, qq1.<app>.<credential>.<secret>; it names the app.'),
    appKeyId: field.text(64).describe('Id (kid) of the key that tokens are signed with.'),
    appKeySecret: field.text(512).describe('HS256 secret of that key, in base64.'),
    tokenTtlMs: field
      .integer(60_000, 24 * 3_600_000)
      .default(3_600_000)
      .describe('How long a token is valid.'),
    socketUrls: field
      .list()
      .pipe(z.array(field.url('ws', 'wss')).min(1, 'must name at least one URL'))
      .describe(
        'Where browsers open their WebSocket; of several, separated by commas, each sign-in gets the next.',
      ),
    root: field.text(4096).describe('Folder with the built page.'),
    mediaDir: field
      .text(4096)
      .default('.data/media')
      .describe('Folder for uploaded pictures and videos.'),
    uploadsPerMinute: field
      .integer(1, 100_000)
      .default(60)
      .describe('Files that one person may upload in a minute; more are refused (429).'),
    people: field
      .list()
      .default(['alice', 'bob', 'carol'])
      .describe('People the page proposes before anyone has signed in, separated by commas.'),
    signInsPerMinute: field
      .integer(1, 100_000)
      .default(120)
      .describe('Sign-ins and refreshes from one address in a minute; more are refused (429).'),
  })
  .superRefine((config, context) => {
    const fail = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (appOfCredential(config.appCredential) === undefined) {
      fail('appCredential', 'must be qq1.<app>.<credential>.<secret>');
    }
    if (Buffer.from(config.appKeySecret, 'base64').length < MIN_SECRET_BYTES) {
      fail('appKeySecret', `must be base64 of at least ${MIN_SECRET_BYTES} bytes`);
    }
    if (!config.people.every(isId)) fail('people', 'must be user ids');
  });

export const webServerConfig = defineConfig(schema, {
  env: {
    ...common.env,
    port: 'QUEQIAO_WEB_PORT',
    grpcUrl: 'QUEQIAO_GRPC_URL',
    appCredential: 'QUEQIAO_APP_CREDENTIAL',
    appKeyId: 'QUEQIAO_APP_KEY_ID',
    appKeySecret: 'QUEQIAO_APP_KEY_SECRET',
    tokenTtlMs: 'QUEQIAO_TOKEN_TTL_MS',
    socketUrls: 'QUEQIAO_SOCKET_URL',
    root: 'QUEQIAO_WEB_ROOT',
    mediaDir: 'QUEQIAO_WEB_MEDIA',
    uploadsPerMinute: 'QUEQIAO_UPLOADS_PER_MINUTE',
    people: 'QUEQIAO_WEB_PEOPLE',
    signInsPerMinute: 'QUEQIAO_SIGN_INS_PER_MINUTE',
  },
  secrets: ['appCredential', 'appKeySecret'],
  profileDefaults: {
    dev: {
      ...common.profileDefaults.dev,
      grpcUrl: '127.0.0.1:9092',
      socketUrls: ['ws://127.0.0.1:9091/ws'],
      root: 'apps/web/dist',
    },
    test: common.profileDefaults.test,
    prod: common.profileDefaults.prod,
  },
  examples: {
    ...common.examples,
    grpcUrl: '127.0.0.1:9092',
    appCredential: 'qq1.demo.c1.the-secret-from-tools-admin',
    appKeyId: 'k1',
    appKeySecret: 'cmVwbGFjZS10aGlzLWJ5LXRoZS1zaWduaW5nLWtleS1vZi15b3VyLWFwcA==',
    socketUrls: 'ws://127.0.0.1:9091/ws',
    root: 'apps/web/dist',
  },
});

export type WebServerConfig = ConfigOf<typeof webServerConfig.schema>;
