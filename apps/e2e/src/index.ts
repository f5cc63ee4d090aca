export { Choices } from './choices.js';
export { Crowd, type Chat, type CrowdOptions, type Feed } from './crowd.js';
export { BackEnd, codeOf, text, typed, UserDoor } from './doors.js';
export { metricSum } from './metric.js';
