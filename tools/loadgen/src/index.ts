export { parseLoadOptions, type LoadOptions, type LoadShape } from './load-options.js';
export { openTarget, type LoadTarget } from './load-target.js';
export { measure, type Evidence, type Measurement } from './measure.js';
export { runLoad, type Variant } from './run-load.js';
export { verify, type Finding, type StoredMessage, type Verdict } from './verify/verify.js';
