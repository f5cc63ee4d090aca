import { machineHas } from '@queqiao/testkit';
import { describe } from 'vitest';
import { useCluster } from '../../src/scenario.js';
import { shopBackEnd } from './shop-back-end.js';

describe.runIf(machineHas('java'))('the back end in Java', () => {
  shopBackEnd('java', useCluster({ connect: 1, logic: 1 }));
});
