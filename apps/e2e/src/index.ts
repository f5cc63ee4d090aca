export type { Chat } from './chat.js';
export { Choices } from './choices.js';
export { Crowd, type CrowdOptions, type Feed } from './crowd.js';
export { BackEnd, codeOf, text, typed, UserDoor } from './doors.js';
export { metricSum } from './metric.js';
