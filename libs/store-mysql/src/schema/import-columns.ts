import type { Columns } from './column-kinds.js';

export const IMPORT_COLUMNS = {
  imported_senders: { app_id: 'string', user_id: 'string', conversation_id: 'string' },
  imported_sender_searches: { app_id: 'string', done_to: 'string' },
} as const satisfies Partial<Columns>;
