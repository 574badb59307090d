import { asHotPocketError, HotPocketError } from '../base/errors';
import { readBundle } from '../cluster/bundle';
import { contractFolder } from './checks/contractFolder';
import { disk } from './checks/disk';
import { docker } from './checks/docker';
import { nativeFiles } from './checks/nativeFiles';
import { nodes } from './checks/nodes';
import { override } from './checks/override';
import { ports } from './checks/ports';
import { program } from './checks/program';
import { runtime } from './checks/runtime';
import { Notes, type Check, type CheckResult, type Finding, type Surroundings } from './finding';
import { allFindings } from './report';

export { contractOf } from '../project/contractFolders';
export { allFindings, count, reportLines, severityWord, summaryText } from './report';

/** In the order in which they are shown. */
const CHECKS: readonly Check[] = [runtime, disk, ports, docker, nodes, contractFolder, override, program, nativeFiles];

/**
 * Looks at all that a cluster and a contract need here, and changes nothing. `progress` is told what is being looked at. Rejects with CANCELLED when the
 * signal says so, and with nothing else: what goes wrong in a check is what it found.
 */
export async function diagnose(given: Omit<Surroundings, 'bundle'>, progress: (text: string) => void = () => undefined, checks = CHECKS): Promise<readonly CheckResult[]> {
  const { contract, l10n, signal } = given;
  const cancelled = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new HotPocketError('CANCELLED', { what: 'Diagnosing' }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const bundle = contract && readBundle(contract.folder);
  // Whoever waits for one of them hears of it.
  for (const promise of [cancelled, bundle]) promise?.catch(() => undefined);
  const results: CheckResult[] = [];
  /** A daemon that is not there would be told of by all who ask it. */
  const isNews = ({ error }: Finding): boolean => !allFindings(results).some((told) => told.error.message === error.message);
  for (const check of checks) {
    const title = check.title(l10n);
    progress(title);
    const notes = new Notes();
    const run = check.run({ ...given, bundle }, notes).catch((error: unknown) => notes.found('problem', asHotPocketError(error)));
    await Promise.race([cancelled, run]);
    results.push({ title, facts: notes.facts, findings: notes.findings.filter(isNews) });
  }
  return results;
}
