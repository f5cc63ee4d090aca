export { AppendWriter, type AppendWriterDeps, type AppendWriterOptions } from './append-writer.js';
export { DirectHeads, type HeadInserts, type UserLookup } from './direct-heads.js';
export { ImportWriter, type ImportedBatch } from './import-writer.js';
export { DEFAULT_APPEND_LIMITS, type AppendLimits } from './limits.js';
export { conversationNotFound, judgeAppend, judgeSpeaker, type Speaking } from './permission.js';
export * from './ports.js';
export { storeFailure } from './store-failure.js';
