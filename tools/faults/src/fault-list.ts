import { networkFaults } from './breaks/network-faults.js';
import { nodeFaults } from './breaks/node-faults.js';
import { databaseFaults, redisFaults } from './breaks/store-faults.js';
import type { Fault } from './fault.js';

/** Everything that a run breaks; the bounds are those that the product promises. */
export const FAULTS: readonly Fault[] = [
  ...nodeFaults,
  ...databaseFaults,
  ...redisFaults,
  ...networkFaults,
];
