export { createLogic, type Logic, type LogicOverrides } from './app.js';
export { logicConfig, type LogicConfig } from './config.js';
export { METHOD_SCOPES } from './api/door/method-scopes.js';
