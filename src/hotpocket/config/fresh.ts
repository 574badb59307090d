import { generateKeyPair } from '../keys';
import { newConfig } from './make';
import type { JsonObject } from './override';
import { formatConfig } from './write';

/** The hp.cfg that `new` writes. Its keys are nobody's. */
export const freshConfig = (contractId: string): JsonObject => JSON.parse(formatConfig(newConfig(generateKeyPair(), contractId))) as JsonObject;
