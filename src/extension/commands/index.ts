import type { Command } from './command';
import { build } from './build';
import { clean } from './clean';
import { compareStateFile } from './compareStateFile';
import { copyEndpoint } from './copyEndpoint';
import { copyText } from './copyText';
import { debugNode } from './debugNode';
import { deploy } from './deploy';
import { diagnose } from './diagnose';
import { explainTrouble } from './explainTrouble';
import { filterLedgers } from './filterLedgers';
import { getStarted } from './getStarted';
import { newProject } from './newProject';
import { openClient } from './openClient';
import { openLedger } from './openLedger';
import { openOverride } from './openOverride';
import { openSettings } from './openSettings';
import { openStateFile } from './openStateFile';
import { previewOverride } from './previewOverride';
import { refresh } from './refresh';
import { restartNode } from './restartNode';
import { setClusterSize } from './setClusterSize';
import { showActions } from './showActions';
import { showAllLogs } from './showAllLogs';
import { showLog } from './showLog';
import { showOlderLedgers } from './showOlderLedgers';
import { showOutput } from './showOutput';
import { showProfile } from './showProfile';
import { spawnNode } from './spawnNode';
import { startAll } from './startAll';
import { startNode } from './startNode';
import { stopAll } from './stopAll';
import { stopNode } from './stopNode';
import { switchRounds } from './switchRounds';

/** All commands of package.json, each in a file of its own. */
export const commands: readonly Command[] = [
  build,
  clean,
  compareStateFile,
  copyEndpoint,
  copyText,
  debugNode,
  deploy,
  diagnose,
  explainTrouble,
  filterLedgers,
  getStarted,
  newProject,
  openClient,
  openLedger,
  openOverride,
  openSettings,
  openStateFile,
  previewOverride,
  refresh,
  restartNode,
  setClusterSize,
  showActions,
  showAllLogs,
  showLog,
  showOlderLedgers,
  showOutput,
  showProfile,
  spawnNode,
  startAll,
  startNode,
  stopAll,
  stopNode,
  switchRounds,
];
