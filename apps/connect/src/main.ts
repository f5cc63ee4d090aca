import { runService } from '@queqiao/runtime';
import { createConnect } from './app.js';
import { connectConfig } from './config.js';

await runService({
  name: 'connect',
  version: '0.1.0',
  args: process.argv.slice(2),
  env: process.env,
  process,
  config: connectConfig,
  create: (config, { logger, bootId }) => createConnect(config, { logger, bootId }),
});
