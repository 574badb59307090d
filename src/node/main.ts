import { constants } from 'node:os';
import { loadHash } from '../hotpocket/hash';
import type { NodeCommand } from '../base/nodeLink';
import { watchOrphans } from './contract/orphans';
import { inheritedClock } from './debug/clusterClock';
import { report } from './facts';
import { Node } from './node';
import { createCommand, failedCommand, newCommand, rekeyCommand, usageCommand, versionCommand, type CommandResult } from './setup/commands';
import { openContractDir } from './setup/contractDir';

/** The node program: `new DIR`, `run DIR`, `rekey DIR`, `version`, as hpcore has them (reference 1.1), and `create DIR…`. */
async function main(args: readonly string[]): Promise<void> {
  const [command, dir, ...rest] = args;
  await loadHash();
  if (command === 'create' && dir !== undefined) return finish(await createCommand([dir, ...rest]));
  if (dir !== undefined && rest.length === 0) {
    if (command === 'new') return finish(await newCommand(dir));
    if (command === 'rekey') return finish(await rekeyCommand(dir));
    if (command === 'run') return run(dir);
  }
  finish(command === 'version' && args.length === 1 ? versionCommand(process.env.HOTPOCKET_STAND_IN === '1') : usageCommand(args));
}

function finish({ exitCode, stdout, stderr }: CommandResult): void {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exitCode;
}

async function run(dir: string): Promise<void> {
  const clock = inheritedClock(process.env);
  let node: Node;
  const fatal = (error: unknown): void => {
    finish(failedCommand(error));
    process.exit();
  };
  try {
    const contractDir = await openContractDir(dir);
    process.chdir(contractDir.paths.dir);
    watchOrphans();
    node = new Node(contractDir, fatal, clock);
  } catch (error) {
    return finish(failedCommand(error));
  }
  let stopping = false;
  const stop = (signal: number): void => {
    if (stopping) return;
    stopping = true;
    // As hpcore: the exit status is the signal's number.
    node.stop(signal).then(() => process.exit(signal), fatal);
  };
  process.on('SIGINT', () => stop(constants.signals.SIGINT));
  process.on('SIGTERM', () => stop(constants.signals.SIGTERM));
  // A supervisor that is gone can't restart or stop us: without it nobody would know of this process.
  process.on('disconnect', () => stop(constants.signals.SIGTERM));
  process.on('message', (command: NodeCommand) => {
    switch (command.type) {
      case 'stop': return stop(constants.signals.SIGTERM);
      case 'rounds': return node.setRounds(command.mode);
      case 'faults':
        if (!stopping) node.setFaults(command.faults);
        return;
      case 'tellLedgers':
        return stopping ? undefined : report({ type: 'ledgers', question: command.question, ledgers: node.ledgerTeller.list(command.query) });
      case 'setClock':
        if (!stopping) clock.set(command.setting);
        return report({ type: 'clockSet', number: command.number });
      case 'held': return node.debugging.held(command.run);
      case 'debug': return node.debugging.follow(stopping ? undefined : command.order);
      case 'letGo': return node.debugging.letGo(command.run);
    }
  });
  try {
    await node.start();
  } catch {
    // Said in the log.
    process.exit(255);
  }
}

void main(process.argv.slice(2));
