import { systemClock } from '../../../src/base/clock';
import { writeFileSync } from 'node:fs';
import { watchOrphans } from '../../../src/node/contract/orphans';
import type { RunOptions } from '../../../src/node/contract/runOptions';
import { startContract } from '../../../src/node/contract/startContract';
import type { ContractProgram, RunContext, RunEvents, RunResult } from '../../../src/node/contract/types';

/** A program of its own around startContract, so that its console, its end and what it may load are the test's to decide. */
export interface HostReport {
  readonly results: readonly RunResult[];
  readonly log: readonly string[];
}

async function main(specs: [ContractProgram, RunContext, Omit<RunOptions, 'log' | 'events'>][], reportPath: string, dieWhileRunning: boolean): Promise<void> {
  const log: string[] = [];
  const say = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const die: RunEvents = {
    started(pid) {
      writeFileSync(reportPath, String(pid));
      setImmediate(() => {
        throw new Error('The node ends by an error.');
      });
    },
  };
  const results: RunResult[] = [];
  for (const [program, context, options] of specs) {
    const events = dieWhileRunning ? die : {};
    results.push(await startContract(program, context, { ...options, clock: systemClock, events, log: { inf: say('inf'), wrn: say('wrn'), err: say('err') } }).done);
  }
  writeFileSync(reportPath, JSON.stringify({ results, log } satisfies HostReport));
}

const [, , specs = '[]', reportPath = '', mode] = process.argv;
watchOrphans();
void main(JSON.parse(specs) as Parameters<typeof main>[0], reportPath, mode === 'die');
