import { describe } from 'vitest';
import { useCluster } from '../../src/scenario.js';
import { shopBackEnd } from './shop-back-end.js';

describe('the back end in TypeScript', () => {
  shopBackEnd('typescript', useCluster({ connect: 1, logic: 1 }));
});
