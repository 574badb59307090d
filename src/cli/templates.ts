import { join } from 'node:path';

/** Beside the program (build.mjs). */
export const TEMPLATES = join(__dirname, 'templates');
