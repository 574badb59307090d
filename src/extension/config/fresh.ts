import { formatConfig, newConfig, type JsonObject } from '../../hotpocket/config';
import { generateKeyPair } from '../../hotpocket/keys';

/** The hp.cfg that `new` writes. Its keys are nobody's. */
export const freshConfig = (contractId: string): JsonObject => JSON.parse(formatConfig(newConfig(generateKeyPair(), contractId))) as JsonObject;
