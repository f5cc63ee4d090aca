export { FakeClock } from './fake-clock.js';
export { silentLogger } from './logger.js';
export { metricValue } from './metric-value.js';
