import { loadHash } from '../../src/hotpocket/hash';

await loadHash();
