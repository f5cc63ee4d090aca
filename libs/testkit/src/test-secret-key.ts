/** For QUEQIAO_SECRET_KEYS of nodes under test: all of them can open what one has sealed. */
export const TEST_SECRET_KEY = Buffer.alloc(32, 'under test').toString('base64');
