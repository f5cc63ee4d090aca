/** Writes docs/server-api.md from the protos: `npm run server-api`. */
import { writeFileSync } from 'node:fs';
import { formattedPage, PAGE_FILE } from './formatted-page.js';

writeFileSync(PAGE_FILE, await formattedPage());
