import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

let loaded: typeof Koffi | 'none' | undefined;

/**
 * The library for calling C functions. It is native and optional: undefined where it is not installed or has no build
 * for this platform. Loaded on first use, because loading takes about 10 ms.
 */
export function loadKoffi(): typeof Koffi | undefined {
  if (loaded === undefined) {
    try {
      loaded = createRequire(__filename)('koffi') as typeof Koffi;
    } catch {
      loaded = 'none';
    }
  }
  return loaded === 'none' ? undefined : loaded;
}
