import { afterAll, expect } from 'vitest';
import { loadHash } from '../../src/hotpocket/hash';
import { writeSaid } from './said';

await loadHash();

// Registered first, it runs last.
afterAll(() => writeSaid(expect.getState().testPath ?? ''));
