import { entry } from './catalogueEntry';
import { bytesText } from './quantities';

/** Entries of the catalogue (`errors.ts`) that only `diagnose` looks for: what would go wrong here before anything does. */
export const surroundings = {
  DISK_ALMOST_FULL: entry<{ folder: string; free: string }>((d) => `Only ${d.free} are free on the disk of ${d.folder}, where clusters are kept.`, () => 'Make room, or set HOTPOCKET_HOME (hotpocket.home in VS Code) to a folder on another disk.'),
  HOME_NOT_WRITABLE: entry<{ folder: string; problem: string }>((d) => `The folder for clusters ${d.folder} cannot be written to: ${d.problem}`, () => 'Make it yours, or set HOTPOCKET_HOME (hotpocket.home in VS Code) to a folder that is.'),
  HOME_PATH_TOO_LONG: entry<{ folder: string; bytes: number; most: number }>((d) => `The path of the folder for clusters is too long for the files in it: ${bytesText(d.bytes)}, ${d.most} at most (${d.folder.slice(0, 60)}…).`, () => 'Set HOTPOCKET_HOME (hotpocket.home in VS Code) to a shorter path.'),
  NODE_INTERRUPTED: entry<{ node: number }>((d) => `Node ${d.node} should run and does not: the supervisor of the cluster ended.`, () => 'Nothing is lost; hotpocket start brings back what ran.'),
  DOCKER_IMAGE_MISSING: entry<{ image: string }>((d) => `The image ${d.image} is not there yet.`, (d) => `The next new cluster downloads it; to do so now: docker pull ${d.image}.`),
  DOCKER_IMAGE_OTHER_PLATFORM: entry<{ image: string; built: string; wanted: string }>((d) => `The image ${d.image} is for ${d.built}, and the Docker daemon runs on ${d.wanted}.`, (d) => `It starts only where ${d.built} is emulated, and slowly. The embedded engine needs no image.`),
  CONTRACT_FOLDER_UNKNOWN: entry<object>(() => 'No contract folder was found here.', () => 'Give it (hotpocket diagnose <path>), or make a new project: hotpocket gen.'),
  CONTRACT_NOT_BUILT: entry<{ folder: string; project: string }>((d) => `The project ${d.project} is not built: there is no ${d.folder}.`, () => 'Build it: npm run build in its folder.'),
  CONTRACT_OUTDATED: entry<{ folder: string; project: string; file: string }>((d) => `The built contract in ${d.folder} is older than its source ${d.file}.`, () => 'Build it again (npm run build), then deploy; deploying in VS Code builds first.'),
  CONTRACT_ENTRY_MISSING: entry<{ file: string; folder: string }>((d) => `The contract's arguments name ${d.file}, which is not in ${d.folder}.`, () => 'Build the contract, or correct contract.bin_args in hp.cfg.override, and deploy again.'),
  CONTRACT_FILE_OTHER_PLATFORM: entry<{ file: string; built: string; wanted: string }>((d) => `The contract's file ${d.file} is a program for ${d.built}, and its nodes run on ${d.wanted}: it cannot be loaded there.`, (d) => `Install or build it for ${d.wanted} (in a contract of Node.js: npm rebuild on such a machine), and deploy again.`),
  CONTRACT_SCRIPT_NOT_EXECUTABLE: entry<{ path: string }>((d) => `The contract's script ${d.path} is not executable: nodes cannot run it.`, (d) => `Make it executable (chmod +x ${d.path}) and deploy again.`),
} as const;
