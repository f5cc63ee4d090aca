export { FAULTS } from './fault-list.js';
export type { Fault } from './fault.js';
export { runFaults, type RunOptions, type RunReport } from './run-faults.js';
export { formatRows, type Row } from './row.js';
export { parseRunArguments } from './run-arguments.js';
