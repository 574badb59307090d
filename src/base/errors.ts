import { entry, type CatalogueEntry } from './catalogueEntry';
import { durationText, limitText, sizeText } from './quantities';
import { surroundings } from './surroundingErrors';
import { troubles } from './troubleErrors';

/**
 * The one catalogue of errors a user can meet. Every entry says what happened, where (through its details) and what
 * to do. Tests and callers compare codes, never texts.
 */
export const catalogue = {
  // Command line and cluster
  USAGE: entry<{ problem: string; usage: string }>((d) => d.problem, (d) => `Usage: ${d.usage}`),
  CLUSTER_NOT_FOUND: entry<{ cluster: string }>((d) => `cluster '${d.cluster}' not found.`, () => 'Deploy a contract first: hotpocket deploy <path>.'),
  NODE_NOT_FOUND: entry<{ node: number; count: number }>((d) => `There is no node ${d.node}.`, (d) => (d.count === 0 ? 'The cluster has no nodes.' : d.count === 1 ? 'The cluster has node 1 only.' : `The cluster has nodes 1 to ${d.count}.`)),
  LEDGER_NOT_FOUND: entry<{ ledger: number }>((d) => `Ledger ${d.ledger} is not there.`, () => 'It may not be closed yet, or no node runs that has it.'),
  INVALID_CLUSTER_SIZE: entry<{ value: string }>((d) => `'${d.value}' is not a cluster size.`, () => 'Set HP_CLUSTER_SIZE to a whole number from 1 to 64.'),
  INVALID_PORT: entry<{ name: string; value: string }>((d) => `'${d.value}' is not a port number (${d.name}).`, () => 'Use a whole number from 1 to 65535, with room for one port per node above it.'),
  PORT_IN_USE: entry<{ port: number; use: string; holder: string; instead: string; settled: boolean }>(
    (d) => `Port ${d.port}, wanted for ${d.use}, is in use by ${d.holder}.`,
    (d) => (d.settled ? `Stop that program; a cluster keeps its ports until hotpocket clean, then deploy with ${d.instead}.` : `Stop that program, or use the next free block: ${d.instead} (in VS Code the settings hotpocket.userPortBegin, hotpocket.peerPortBegin).`),
  ),
  BUNDLE_NOT_FOUND: entry<{ path: string }>((d) => `There is no contract folder at ${d.path}.`, () => 'Give the folder that holds the built contract, for example: hotpocket deploy dist.'),
  BUNDLE_INVALID: entry<{ path: string; problem: string }>((d) => `The contract folder ${d.path} cannot be deployed: ${d.problem}`, () => 'Correct it and deploy again; nothing was changed.'),
  OVERRIDE_INVALID: entry<{ path: string; problem: string }>((d) => `${d.path} is not valid: ${d.problem}`, () => 'Correct the file and deploy again; nothing was changed.'),
  SUPERVISOR_UNREACHABLE: entry<{ home: string; log: string }>((d) => `The cluster's supervisor for ${d.home} did not answer.`, (d) => `Its log may say why: ${d.log}`),
  SUPERVISOR_INCOMPATIBLE: entry<{ theirs: string; ours: string }>((d) => `The cluster is run by version ${d.theirs}, this is version ${d.ours}.`, () => 'Use the newer of the two, or stop all nodes first.'),
  SUPERVISOR_LOST: entry<{ home: string }>((d) => `The connection to the cluster's supervisor for ${d.home} was lost.`, () => 'Run the command again; it starts a new supervisor, which brings back what ran.'),
  SUPERVISOR_SOCKET_UNSAFE: entry<{ path: string; problem: string }>((d) => `The folder for control sockets ${d.path} is not safe: ${d.problem}`, () => 'Remove it, or point XDG_RUNTIME_DIR to a folder that only you can use.'),
  NODE_START_FAILED: entry<{ node: number; problem: string; log: string }>((d) => `Node ${d.node} did not start: ${d.problem}`, (d) => `See its log: ${d.log}`),
  NODE_CREATE_FAILED: entry<{ node: number; problem: string; home: string }>((d) => `Node ${d.node} could not be created: ${d.problem}`, (d) => `Check the free space and the permissions of ${d.home}, then deploy again.`),
  NODE_NOT_RUNNING: entry<{ node: number; what: string }>((d) => `Node ${d.node} does not run, so ${d.what}.`, (d) => `Start it: hotpocket start ${d.node}.`),
  NODE_CRASHED: entry<{ node: number; exit: string; seconds: number; log: string }>((d) => `Node ${d.node} ended unexpectedly (${d.exit}) and is started again in ${durationText(d.seconds * 1000)}.`, (d) => `Its log may say why: ${d.log}`),
  NODE_GIVEN_UP: entry<{ node: number; exit: string; crashes: number; log: string }>(
    (d) => `Node ${d.node} ended unexpectedly ${d.crashes} times in a row (${d.exit}) and is not started again.`,
    (d) => `See why in its log, ${d.log}, then start it: hotpocket start ${d.node}.`,
  ),
  NODE_KILLED: entry<{ node: number; seconds: number }>((d) => `Node ${d.node} did not stop within ${durationText(d.seconds * 1000)} and was killed.`, () => 'Nothing agreed is lost; it recovers when it is started again.'),
  FAULTS_INVALID: entry<{ problem: string }>((d) => `These faults cannot be tried: ${d.problem}`, () => 'Chances are from 0 to 1, delays from 0 to 60000 ms with the smaller first, clocks at most an hour off.'),
  CLUSTER_FILE_INVALID: entry<{ path: string; problem: string }>((d) => `The cluster's file ${d.path} cannot be used: ${d.problem}`, () => 'Use the version that wrote it, or remove the folder it is in and deploy again.'),
  USER_PORT_FAILED: entry<{ port: number; code: string; text: string; problem: string }>(
    (d) => `User hpws server creation failed. ${d.code} ${d.text} Port: ${d.port}`,
    (d) => (d.code === 'EADDRINUSE' ? 'Stop the program that uses the port, or set user.port in hp.cfg to a free one.' : `${d.problem}. Check user.port and the TLS files in hp.cfg's folder.`),
  ),
  NODE_JS_NOT_FOUND: entry<{ tried: string }>((d) => `No Node.js 20 or newer was found (tried ${d.tried}).`, () => 'Install Node.js, or set HOTPOCKET_NODE_PATH to its executable; if nodes run, stop them all first.'),
  PLATFORM_UNSUPPORTED: entry<{ platform: string }>((d) => `The embedded engine does not run on ${d.platform}.`, () => 'Use WSL or a container on Windows, or the Docker engine.'),
  // Projects
  TEMPLATE_UNKNOWN: entry<{ template: string; known: readonly string[] }>((d) => `There is no template '${d.template}'.`, (d) => `There are: ${d.known.join(', ')}.`),
  PROJECT_NAME_INVALID: entry<{ name: string }>((d) => `'${d.name}' is no name for a project.`, () => 'Use small letters, digits and underscores, and a letter first, for example my_contract.'),
  PROJECT_EXISTS: entry<{ name: string }>((d) => `Directory '${d.name}' already exists.`, () => 'Choose another name, or another folder to make it in.'),
  PROJECT_FAILED: entry<{ name: string; problem: string }>((d) => `Project '${d.name}' generation failed. ${d.problem}`, () => 'Nothing was left behind. Check that the folder can be written to.'),
  // Docker
  DOCKER_UNREACHABLE: entry<{ address: string; problem: string }>((d) => `No Docker daemon answers at ${d.address}: ${d.problem}.`, () => 'Start Docker (or Podman), or point DOCKER_HOST or DOCKER_CONTEXT to a daemon that runs. The embedded engine needs none.'),
  DOCKER_SOCKET_DENIED: entry<{ path: string }>((d) => `You may not use the Docker daemon's socket ${d.path} (permission denied).`, () => 'Have your user added to the group docker (sudo usermod -aG docker $USER) and log in again, or use a rootless daemon.'),
  DOCKER_CONTEXT_INVALID: entry<{ context: string; problem: string }>((d) => `The Docker daemon's address ${d.context} cannot be used: ${d.problem}`, () => 'Choose another context (docker context use), or correct DOCKER_HOST.'),
  DOCKER_REFUSED: entry<{ problem: string }>((d) => `The Docker daemon refused: ${d.problem}`, () => 'If the message does not say what to do, the log of the Docker daemon may.'),
  DOCKER_IMAGE_UNAVAILABLE: entry<{ image: string; problem: string }>((d) => `The image ${d.image} is not there and cannot be pulled: ${d.problem}`, () => 'Check the connection to the registry, or set HP_INSTANCE_IMAGE to an image that is there; npm run image makes a light one.'),
  DOCKER_MANAGEMENT_MISSING: entry<{ image: string; problem: string }>((d) => `The cluster has no management container, for want of the image ${d.image}: ${d.problem}`, () => 'Everything works here; only hpdevkit\'s own commands do not find the cluster. With the image there, or HP_DEVKIT_IMAGE set to one, the next new cluster has it.'),
  DOCKER_VOLUME_IN_USE: entry<{ volume: string; network: string; by: string }>((d) => `The cluster cannot be removed: its volume ${d.volume} or network ${d.network} is in use by ${d.by}.`, (d) => `Remove that first (docker rm -f ${d.by.replaceAll(',', '')}); nothing was changed.`),
  DOCKER_WORK_FAILED: entry<{ what: string; problem: string }>((d) => `${d.what} inside the cluster's volume failed: ${d.problem}`, () => 'Check that Docker has room on its disk (docker system df), then do it again.'),
  NODE_CONFIG_UNREADABLE: entry<{ node: number; path: string; problem: string }>((d) => `The configuration of node ${d.node} (${d.path}) cannot be used: ${d.problem}`, () => 'Correct the file, or clean the cluster and deploy again.'),
  NODE_CONTAINER_MISSING: entry<{ node: number }>((d) => `Somebody removed the container of node ${d.node}, and its log with it.`, (d) => `Its data is still there: hotpocket start ${d.node} makes the container anew.`),
  NODE_ENDED: entry<{ node: number; exit: string; log: string }>((d) => `Node ${d.node} ended unexpectedly (${d.exit}).`, (d) => `Its log may say why: ${d.log}. If Docker does not start it again: hotpocket start ${d.node}.`),
  NODE_PAUSED: entry<{ node: number }>((d) => `Node ${d.node} was paused: it stands still and takes no part.`, (d) => `hotpocket start ${d.node} (or docker unpause) lets it run on.`),
  // What only one engine can do
  PROFILE_ENGINE_UNSUPPORTED: entry<object>(() => 'The nodes of this engine do not tell where their rounds are spent.', () => 'Profile on the embedded engine.'),
  ROUNDS_ENGINE_UNSUPPORTED: entry<object>(() => 'The rounds of this engine are always on the grid.', () => 'Use eager rounds on the embedded engine.'),
  FAULTS_ENGINE_UNSUPPORTED: entry<object>(() => 'Links and clocks of nodes cannot be made bad on this engine.', () => 'Try faults on the embedded engine.'),
  DEBUG_ENGINE_UNSUPPORTED: entry<object>(() => 'Contracts cannot be debugged on this engine.', () => 'Debug on the embedded engine.'),
  // Debugging
  DEBUG_NODE_BUSY: entry<{ node: number }>((d) => `Node ${d.node} is being debugged already.`, () => 'Debug another node, or end the other debug session first; it may be in another window.'),
  DEBUG_CONTAINER_REFUSED: entry<{ node: number; problem: string }>((d) => `The contract of node ${d.node} cannot be debugged in its container: ${d.problem}`, () => 'The container must be privileged, as hpdevkit makes it, and its image have mount and umount; nothing was changed.'),
  CLOCK_NOT_HELD: entry<{ node: number; debugged: number }>((d) => `Node ${d.node} did not stop its clock for the debugging of node ${d.debugged}.`, (d) => `If it was suspended, let it run on; if rounds go on without node ${d.debugged}, restart node ${d.node}.`),
  DEBUG_PROGRAM_UNKNOWN: entry<{ program: string; known: string }>((d) => `No debugger is known for the contract's program ${d.program}.`, (d) => `Contracts can be debugged that are run by ${d.known}.`),
  BUILD_FAILED: entry<{ folder: string; exit: number }>((d) => `The build of ${d.folder} failed (exit code ${d.exit}).`, () => 'Its terminal says why; nothing was deployed.'),
  INSTALL_FAILED: entry<{ folder: string; exit: number }>((d) => `The libraries of ${d.folder} could not be installed (exit code ${d.exit}).`, () => 'Its terminal says why; nothing was deployed.'),
  WORKSPACE_UNTRUSTED: entry<object>(() => 'This folder is not trusted.', () => 'Trust it first: deploying and starting nodes runs the contract.'),
  CANCELLED: entry<{ what: string }>((d) => `${d.what} was cancelled.`, () => 'The cluster is as it was left by the last finished step; run the command again to complete it.'),
  FILES_REFUSED: entry<{ path: string; code: string }>(
    (d) => `${d.path} cannot be ${d.code === 'ENOSPC' || d.code === 'EDQUOT' ? 'written: the disk is full' : d.code === 'EROFS' ? 'written: the disk is read-only' : 'used: permission denied'} (${d.code}).`,
    (d) => (d.code === 'ENOSPC' || d.code === 'EDQUOT' ? 'Make room on it, then run the command again; nothing agreed is lost.' : 'Check whose these files are, or set HOTPOCKET_HOME to a folder of yours that can be written to; then run the command again.'),
  ),
  INTERNAL: entry<{ problem: string }>((d) => `Something unexpected happened: ${d.problem}`, () => 'Please report it with the log of the supervisor.'),
  // User of a node
  CLIENT_CONNECT_FAILED: entry<{ url: string; problem: string }>((d) => `No connection to ${d.url}: ${d.problem}.`, () => 'Check that the node runs and that this is its user port.'),
  CLIENT_UNEXPECTED_NODE: entry<{ url: string; publicKey: string }>((d) => `The node at ${d.url} has the key ${d.publicKey}, which is not an expected one.`, () => 'Check the address and the keys that are trusted; another cluster may use the port.'),
  CLIENT_KEY_IN_USE: entry<{ url: string; publicKey: string }>(
    (d) => `The node at ${d.url} ended the session as soon as it was used: the key ${d.publicKey} is connected to it already, or the node has no room for more users.`,
    () => 'Close the other connection, or connect with another key.',
  ),
  CLIENT_DISCONNECTED: entry<{ url: string; reason: string }>((d) => `Not connected to ${d.url}: ${d.reason}.`, () => 'Connect again once the node runs. An input without an answer may still be accepted.'),
  CLIENT_NO_ANSWER: entry<{ url: string; request: string; seconds: number }>((d) => `The node at ${d.url} did not answer ${d.request} within ${durationText(d.seconds * 1000)}.`, () => 'Read requests are not answered while contract.execute is false or user.concurrent_read_requests is 0; else the node\'s log may say why.'),
  CLIENT_BUSY: entry<{ what: string; limit: number }>((d) => `Too much is waiting for the node's answer: the limit is ${d.limit} ${d.what}.`, () => 'Wait for some of the answers first.'),
  CLIENT_NOT_TEXT: entry<object>(() => 'Over the JSON protocol only text (UTF-8) can be sent to a contract.', () => 'Connect with the BSON protocol to send any bytes.'),
  // Contract
  CONTRACT_BINARY_MISSING: entry<{ path: string }>((d) => `The contract's program ${d.path} does not exist.`, () => 'Set contract.bin_path in hp.cfg.override to an absolute path, or to a path inside the contract folder, and deploy again.'),
  CONTRACT_BINARY_NOT_EXECUTABLE: entry<{ path: string }>((d) => `The contract's program ${d.path} is not executable.`, (d) => `Make it executable (chmod +x ${d.path.split('/').pop() ?? d.path}) and deploy again.`),
  CONTRACT_BINARY_BAD_FORMAT: entry<{ path: string }>((d) => `The contract's program ${d.path} is neither a program for this machine nor a script that starts with #!.`, () => 'Build it for this machine, or add a first line such as #!/bin/sh, and deploy again.'),
  CONTRACT_BINARY_NOT_A_FILE: entry<{ path: string }>((d) => `The contract's program ${d.path} is not a file.`, () => 'Set contract.bin_path in hp.cfg.override to the program itself and deploy again.'),
  CONTRACT_INTERPRETER_MISSING: entry<{ path: string; interpreter: string }>((d) => `The contract's program ${d.path} needs ${d.interpreter} to start, which does not exist on this machine.`, () => 'Install it, or have the program use what is installed, and deploy again.'),
  CONTRACT_RUN_AS_REFUSED: entry<{ uid: number; gid: number }>((d) => `The contract cannot be run as user ${d.uid}, group ${d.gid}: only root may run programs as somebody else.`, () => 'Remove contract.run_as from hp.cfg.override and deploy again, or run the cluster as root.'),
  CONTRACT_RUN_AS_SHUT_OUT: entry<{ uid: number; folder: string }>((d) => `The contract runs as user ${d.uid}, who may not pass the folder ${d.folder}: programs that look for their files by full paths, as Node.js and Python do, will not find them.`, (d) => `Allow it (chmod o+x ${d.folder}), or set HOTPOCKET_HOME to a folder that everybody may pass, and deploy again.`),
  CONTRACT_START_FAILED: entry<{ path: string; problem: string }>((d) => `The contract's program ${d.path} could not be started: ${d.problem}`, () => 'The next round tries again. If the reason is a limit of this machine, such as open files or disk space, raise it.'),
  CONTRACT_LIMIT_REFUSED: entry<{ limit: string }>((d) => `The contract's resource limit ${d.limit} is above what this machine allows the node.`, (d) => `Lower contract.round_limits.${d.limit}, or raise the limit of the user that runs the cluster (ulimit -H).`),
  CONTRACT_LIMITS_UNAVAILABLE: entry<{ problem: string }>((d) => `Contracts cannot be given all of their resource limits here: ${d.problem}`, () => 'They run without them; on the real engine the limits apply.'),
  CONTRACT_RUNS_LONG: entry<{ ledger: number; seconds: number; timeoutMs: number }>(
    (d) => `The contract has been running for ${durationText(d.seconds * 1000)} after ledger ${d.ledger}. Until it ends this node makes no ledger.`,
    (d) => `${d.timeoutMs > 0 ? `It is ended after ${durationText(d.timeoutMs)} (contract.round_limits.exec_timeout)` : 'Nothing ends it (contract.round_limits.exec_timeout is 0)'}; timers, open connections or waiting for NPL messages keep a program alive. A corrected contract can be deployed at any time.`,
  ),
  CONTRACT_TIMED_OUT: entry<{ timeoutMs: number }>((d) => `The contract was ended because it ran for more than ${durationText(d.timeoutMs)}. What it wrote and sent until then counts.`, () => 'If it should take that long, raise contract.round_limits.exec_timeout; else look for what keeps it alive: timers, open connections, NPL messages that nobody sends, or a loop. A contract of Node.js can end itself (forceTerminate).'),
  CONTRACT_CONSOLE_FLOOD: entry<{ megabytes: number }>((d) => `The contract was ended because the console log had grown to ${sizeText(d.megabytes * 2 ** 20)} in its run. What it wrote and sent until then counts.`, () => 'Print less: look for a loop that prints. The log is begun anew after the run, and the one before is kept beside it.'),
  CONTRACT_SIGNALLED: entry<{ signal: string }>((d) => `The contract was ended by the signal ${d.signal}. What it wrote and sent until then counts.`, (d) => signalRemedy(d.signal)),
  CONTRACT_EXIT_CODE: entry<{ code: number }>((d) => `The contract ended with exit code ${d.code}. What it wrote and sent until then counts.`, () => 'What it printed before may say why.'),
  CONTRACT_PROCESSES_LEFT: entry<{ names: string }>((d) => `The contract ended, but processes that it had started still ran, and were ended: ${d.names}.`, () => 'Wait for them in the contract: what they would have written later would differ between nodes.'),
  CONTRACT_PROCESSES_REFUSE: entry<object>(() => 'Processes that the contract had started still run, and could not be ended.', () => 'They may change the state while nobody expects it: look for processes that are stuck in the system (ps), and end them.'),
  CONTRACT_OUTPUT_LIMIT: entry<{ bytes: number; users: string; setting: boolean }>(
    (d) => `The contract sent more than ${limitText(d.bytes)} to ${d.setting ? 'a user' : 'its users'} in one round. The rest was dropped: ${d.users}.`,
    (d) => (d.setting ? 'Send less, or raise contract.round_limits.user_output_bytes.' : 'Send less: more than that is not kept, whatever contract.round_limits.user_output_bytes allows.'),
  ),
  CONTRACT_OUTPUT_CUT: entry<{ users: string }>((d) => `What the contract sent ended within a message, which was dropped: ${d.users}.`, () => 'A message is its length in four bytes, highest first, and then so many bytes; write both at once, and before the contract ends.'),
  CONTRACT_NPL_LIMIT: entry<{ bytes: number }>((d) => `The contract sent more than ${limitText(d.bytes)} of NPL messages in one round. The rest was dropped.`, () => 'Send less, or raise contract.round_limits.npl_output_bytes.'),
  CONTRACT_NPL_UNREAD: entry<{ waiting: number }>((d) => `NPL messages were dropped, because the contract does not read them and ${d.waiting} are waiting.`, () => 'Read them as they come, or send fewer.'),
  CONTRACT_MESSAGE_TOO_LONG: entry<{ channel: string; bytes: number }>((d) => `A message of the contract of more than ${limitText(d.bytes)} was dropped (${d.channel}).`, () => 'Send it in parts.'),
  CONTRACT_STATE_DIFFERS: entry<{ ledger: number; mine: string; theirs: string; states: string }>(
    (d) => `The contract left another state on this node than on others after ledger ${d.ledger}. States and their nodes: ${d.states}. This node goes over from ${d.mine} to ${d.theirs}.`,
    () => 'A contract must write the same on every node: nothing random, no time of the machine, no order that may differ, nothing that only one node has.',
  ),
  CONTRACT_OUTPUT_DIFFERS: entry<{ ledger: number; mine: string; agreed: string | undefined }>(
    (d) => `What the contract sent to users differs between nodes, and was dropped here: ${d.mine} here, ${d.agreed === undefined ? 'and nothing that most nodes agree on' : `${d.agreed} on most nodes`} (ledger ${d.ledger}).`,
    () => 'A contract must send the same on every node: nothing random, no time of the machine, no order that may differ, nothing that only one node has.',
  ),
  CLUSTER_FORKED: entry<{ needed: number; ledgers: string }>((d) => `The nodes stand on different ledgers, and none of these has the ${d.needed} votes it needs: ${d.ledgers}.`, () => 'They meet on one of them by themselves within some rounds. If they do not, deploy again: hotpocket deploy <path>.'),
  NATIVE_CHANNELS_UNAVAILABLE: entry<{ problem: string }>((d) => `NPL and control channels are not available: ${d.problem}`, () => 'Contracts that use neither run normally. Reinstall with the optional dependency koffi for this platform.'),
  // Files of a node
  FILE_DAMAGED: entry<{ path: string; problem: string }>((d) => `The file ${d.path} is damaged: ${d.problem}`, () => 'The node gets what it lacks from the others, as far as they have it. After a crash or a power cut this may be; else check the disk.'),
  // State
  STATE_IO: entry<{ folder: string; problem: string }>((d) => `The contract's files in ${d.folder} cannot be read or written: ${d.problem}`, () => 'Check that the disk has room and that these files are yours, then start the node again.'),
  STATE_CHANGED: entry<{ path: string }>((d) => `The contract's file ${d.path} changed while the contract was not running.`, () => 'Leave the files of a node alone while it is started; to change them, deploy again.'),
  ...surroundings,
  ...troubles,
} as const;

/** What usually is behind a signal that ends a contract. */
function signalRemedy(signal: string): string {
  switch (signal) {
    case 'SIGKILL': return 'It comes from outside: somebody killed the process, the system was out of memory, or contract.round_limits.proc_cpu_seconds was used up.';
    case 'SIGXCPU': return 'It used more processor time than contract.round_limits.proc_cpu_seconds allows.';
    case 'SIGABRT': case 'SIGTRAP': return 'The program gave itself up, as Node.js does when it is out of memory; what it printed before says why.';
    case 'SIGSEGV': case 'SIGBUS': case 'SIGILL': case 'SIGFPE': return 'The program crashed: run it under a debugger, or look for a fault in a native part of it.';
    default: return 'What it printed before may say why.';
  }
}

export type ErrorCode = keyof typeof catalogue;
export type ErrorDetails<C extends ErrorCode> = (typeof catalogue)[C] extends CatalogueEntry<infer D> ? D : never;

/** An error of the catalogue. `message` is for users; `remedy` says what to do. */
export class HotPocketError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'HotPocketError';

  /** Programs consist of several bundles, each with a copy of this class: an error is known by its name. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Error[Symbol.hasInstance](value) && (value as Error).name === 'HotPocketError';
  }

  readonly remedy: string;

  constructor(readonly code: C, readonly details: ErrorDetails<C>, options?: ErrorOptions) {
    const { message, remedy } = catalogue[code] as CatalogueEntry<ErrorDetails<C>>;
    super(message(details), options);
    this.remedy = remedy(details);
  }
}

/** An error as a line of a log says it. */
export const codedLine = ({ code, message, remedy }: { readonly code: string; readonly message: string; readonly remedy: string }): string => `${code}: ${message} ${remedy}`;

/** Any thrown value as an error of the catalogue; what is not one becomes INTERNAL, with its message only. */
export function asHotPocketError(error: unknown): HotPocketError {
  if (error instanceof HotPocketError) return error as HotPocketError;
  const code = systemCode(error);
  if (code !== undefined && REFUSALS.has(code) && 'path' in (error as Error)) return new HotPocketError('FILES_REFUSED', { path: String((error as NodeJS.ErrnoException).path), code }, { cause: error });
  return new HotPocketError('INTERNAL', { problem: errorText(error) }, { cause: error });
}

/** What the surroundings are to blame for, and not a program. */
const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/** The message of any thrown value. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code (ENOENT, EADDRINUSE, …) of a thrown value, if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
