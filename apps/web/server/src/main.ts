import { runService } from '@queqiao/runtime';
import { createWebServer } from './app.js';
import { webServerConfig } from './config.js';

await runService({
  name: 'web',
  version: '0.1.0',
  args: process.argv.slice(2),
  env: process.env,
  process,
  config: webServerConfig,
  create: (config, { logger }) => createWebServer(config, { logger }),
});
