export { FAULTS, type Fault } from './fault-list.js';
export { runFaults, type RunOptions, type RunReport } from './run-faults.js';
export { formatRows, type Row } from './row.js';
export { parseRunArguments } from './run-arguments.js';
