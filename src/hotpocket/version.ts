/** The version of HotPocket whose behaviour the embedded node shows (reference: hpcore 0.6.4). */
export const HP_VERSION = '0.6.4';
export const LEDGER_VERSION = '0.6.3';
/** The oldest hp.cfg that is accepted. */
export const MIN_CONFIG_VERSION = '0.6.3';
