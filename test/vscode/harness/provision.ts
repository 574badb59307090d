import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium, installChromium } from './chromium';
import { exclusively } from './lock';
import { toolsFolder } from './paths';
import { COMPILERS, findStandIn, installStandIn, type StandIn } from './standIn';

/** What runs the workbench where there is no desktop: code-server and a browser to show it. */
export interface WorkbenchTools {
  standIn: StandIn;
  chromium: string;
}

/** Why tests cannot run here and what would help, in one sentence each. */
export class Missing extends Error {}

/** Compiling and system packages need the consent of whoever owns the machine. */
const consent = (): boolean => process.env['CI'] === 'true' || process.env['HOTPOCKET_TEST_PROVISION'] === '1';
const CONSENT_REMEDY = 'set HOTPOCKET_TEST_PROVISION=1 to have it installed (CI=true does too)';

/** Finds code-server and Chromium, or installs them if it may. Does nothing the second time, and one process does it for all. */
export async function provisionWorkbench(say: (line: string) => void): Promise<WorkbenchTools> {
  const ready = find();
  if (ready) return ready;
  mkdirSync(toolsFolder, { recursive: true });
  return exclusively(toolsFolder, async () => {
    const found = await Promise.allSettled([obtain('code-server', findStandIn, standInObstacle, installStandIn, say), obtain('Chromium', findChromium, chromiumObstacle, installChromium, say)]);
    const [standIn, chromium] = found;
    const problems = found.filter((result) => result.status === 'rejected').map(({ reason }) => reason as Error);
    if (standIn.status === 'fulfilled' && chromium.status === 'fulfilled') return { standIn: standIn.value, chromium: chromium.value };
    const broken = problems.find((problem) => !(problem instanceof Missing));
    throw broken ?? new Missing(problems.map(({ message }) => message).join(' '));
  });
}

function find(): WorkbenchTools | undefined {
  const standIn = findStandIn();
  const chromium = findChromium();
  return standIn && chromium !== undefined ? { standIn, chromium } : undefined;
}

/** One of the tools: found, else installed unless there is an obstacle. */
async function obtain<T>(name: string, look: () => T | undefined, obstacle: () => string | undefined, install: () => Promise<void>, say: (line: string) => void): Promise<T> {
  const present = look();
  if (present !== undefined) return present;
  const hindered = obstacle();
  if (hindered !== undefined) throw new Missing(`${name} is missing: ${hindered}.`);
  say(`installing ${name} …`);
  const started = Date.now();
  await install();
  say(`installed ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  const installed = look();
  if (installed === undefined) throw new Error(`${name} was installed but is not found.`);
  return installed;
}

function standInObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is prepared for Linux on x64 only';
  if (!consent()) return CONSENT_REMEDY;
  const tools = COMPILERS.filter((tool) => !onPath(tool));
  return tools.length > 0 ? `compiling it needs ${tools.join(', ')}` : undefined;
}

function chromiumObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'install Chromium or Chrome, or name one in HOTPOCKET_TEST_CHROMIUM';
  if (!consent()) return CONSENT_REMEDY;
  return process.getuid?.() === 0 && onPath('apt-get') ? undefined : 'install Chromium or Chrome, or name one in HOTPOCKET_TEST_CHROMIUM (apt-get as root would do it)';
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
