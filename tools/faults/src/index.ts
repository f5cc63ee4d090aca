export { FAULTS, type Fault } from './fault-list.js';
export { runFaults, type RunOptions, type RunReport } from './run-faults.js';
