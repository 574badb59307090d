import { HotPocketError } from '../base/errors';
import { NodeJsProvider } from './nodejs';
import type { DebugProvider, Program } from './provider';

/** All there are. `hook`: see NodeJsProvider. */
export function debugProviders(hook: string): readonly DebugProvider[] {
  return [new NodeJsProvider(hook)];
}

/** The provider for a contract's program. Throws DEBUG_PROGRAM_UNKNOWN. */
export function providerFor(program: Program, providers: readonly DebugProvider[]): DebugProvider {
  const provider = providers.find((one) => one.handles(program));
  if (!provider) throw new HotPocketError('DEBUG_PROGRAM_UNKNOWN', { program: program.binPath, known: providers.map(({ label }) => label).join(', ') });
  return provider;
}
