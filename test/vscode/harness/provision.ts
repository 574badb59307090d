import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium } from './chromium';
import { exclusively } from './lock';
import { installOwnChromium } from './ownChromium';
import { toolsFolder } from './paths';
import { COMPILERS, findStandIn, installStandIn, type StandIn } from './standIn';

/** What runs the workbench where there is no desktop: code-server and a browser to show it. */
export interface WorkbenchTools {
  standIn: StandIn;
  chromium: string;
}

/** Why tests cannot run here and what would help, in one sentence each. */
export class Missing extends Error {}

/** Some hundred megabytes and compiling need the consent of whoever owns the machine. */
const consent = (): boolean => process.env['CI'] === 'true' || process.env['HOTPOCKET_TEST_PROVISION'] === '1';
const CONSENT_REMEDY = 'set HOTPOCKET_TEST_PROVISION=1 to have it installed (CI=true does too)';

/** Something to be found, or to be installed unless there is an obstacle. */
interface Tool<T> {
  name: string;
  find: () => T | undefined;
  obstacle: () => string | undefined;
  install: () => Promise<void>;
}

const STAND_IN: Tool<StandIn> = { name: 'code-server', find: findStandIn, install: installStandIn, obstacle: () => hindrance(COMPILERS) };

const CHROMIUM: Tool<string> = {
  name: 'Chromium',
  find: findChromium,
  install: installOwnChromium,
  obstacle() {
    const hindered = hindrance(['tar']);
    return hindered && `${hindered}; or install Chromium or Chrome, or name one in HOTPOCKET_TEST_CHROMIUM`;
  },
};

/** Finds code-server and Chromium, or installs them if it may. Does nothing the second time, and one process does it for all. */
export async function provisionWorkbench(say: (line: string) => void): Promise<WorkbenchTools> {
  const [standIn, chromium] = [STAND_IN.find(), CHROMIUM.find()];
  if (standIn && chromium !== undefined) return { standIn, chromium };
  mkdirSync(toolsFolder, { recursive: true });
  return exclusively(toolsFolder, async () => {
    const results = await Promise.allSettled([obtain(STAND_IN, say), obtain(CHROMIUM, say)]);
    if (results[0].status === 'fulfilled' && results[1].status === 'fulfilled') return { standIn: results[0].value, chromium: results[1].value };
    const problems = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as Error);
    const broken = problems.find((problem) => !(problem instanceof Missing));
    throw broken ?? new Missing(problems.map(({ message }) => message).join(' '));
  });
}

async function obtain<T>({ name, find, obstacle, install }: Tool<T>, say: (line: string) => void): Promise<T> {
  const present = find();
  if (present !== undefined) return present;
  const hindered = obstacle();
  if (hindered !== undefined) throw new Missing(`${name} is missing: ${hindered}.`);
  say(`installing ${name} …`);
  const started = Date.now();
  await install();
  say(`installed ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  const installed = find();
  if (installed === undefined) throw new Error(`${name} was installed but is not found.`);
  return installed;
}

/** Why something cannot be installed here: the machine, its owner, or what installing it needs. */
function hindrance(programs: string[]): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is prepared for Linux on x64 only';
  if (!consent()) return CONSENT_REMEDY;
  const lacking = programs.filter((program) => !onPath(program));
  return lacking.length > 0 ? `installing it needs ${lacking.join(', ')}` : undefined;
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
