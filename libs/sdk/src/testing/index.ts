export { deedOf, saidIn } from './deed-of.js';
export { ReferenceModel, type SettingsChange, type WhenWritten } from './reference-model.js';
export type { Deed, Mentions, Refusal } from './model-conversation.js';
export { shownBy, type Shown, type ShownConversation } from './shown.js';
