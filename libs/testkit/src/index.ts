export { bundleOf, checkoutRoot, type ClusterOptions } from './cluster-options.js';
export type { ConnectNode, LogicNode } from './cluster-node.js';
export { TestCluster } from './cluster.js';
export { eventually } from './eventually.js';
export { lockHead, type HeadLock } from './head-lock.js';
export { longRun, machineHas, testSeed } from './requirement.js';
export { createTestApp, TestApp } from './test-app.js';
