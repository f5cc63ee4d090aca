import type { ApiMethod } from '../api-service.js';

/** Methods whose use cases judge suspended apps themselves: the call may be the retry of a message that is stored. */
const OPEN_METHODS: ReadonlySet<string> = new Set([
  'queqiao.client.v1.MessageService/Send',
  'queqiao.server.v1.MessageService/SendMessage',
  'queqiao.server.v1.MessageService/SendToUsers',
]);

/** Whether a door has to turn the call away when its app is suspended. */
export function needsActiveApp({ path }: Pick<ApiMethod, 'path'>): boolean {
  return !OPEN_METHODS.has(path);
}
