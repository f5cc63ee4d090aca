import { runService } from '@queqiao/runtime';
import { createLogic } from './app.js';
import { logicConfig } from './config.js';

await runService({
  name: 'logic',
  version: '0.1.0',
  args: process.argv.slice(2),
  env: process.env,
  process,
  config: logicConfig,
  create: (config, { logger, bootId }) => createLogic(config, { logger, bootId }),
});
