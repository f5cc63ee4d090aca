export { BroadcastJobs } from './broadcast-jobs.js';
export { BroadcastSteps } from './broadcast-steps.js';
