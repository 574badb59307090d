import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { run } from './processes';
import type { Scratch } from './scratch';

const NAMES = ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'];
const ARGUMENTS = ['--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--disable-sync', '--disable-background-networking', '--disable-component-update'];

/** The browser named by HOTPOCKET_TEST_CHROMIUM, or the first of the system's. */
export function findChromium(): string | undefined {
  const named = process.env['HOTPOCKET_TEST_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/** Installs Debian's package; the caller has made sure that it may (provision.ts). */
export async function installChromium(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
}

/** A headless browser without a past, whose pages show the workbench. Its profile is in the scratch folder. */
export function launchChromium(executablePath: string, scratch: Scratch): Promise<BrowserContext> {
  return chromium.launchPersistentContext(scratch.path('chromium'), {
    executablePath,
    headless: true,
    args: ARGUMENTS,
    env: { ...process.env, ...scratch.env },
    viewport: { width: 1400, height: 900 },
    // Whoever launched it closes it, also when a signal comes.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
