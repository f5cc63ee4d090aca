export { descriptorSet } from './gen/descriptor-set.js';
