import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { findOwnChromium } from './ownChromium';
import type { Scratch } from './scratch';

const NAMES = ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser'];
const ARGUMENTS = ['--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--disable-sync', '--disable-background-networking', '--disable-component-update'];

/** The browser named by HOTPOCKET_TEST_CHROMIUM, else one of the system's, else the one that was installed here. */
export function findChromium(): string | undefined {
  const named = process.env['HOTPOCKET_TEST_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find((file) => existsSync(file)) ?? findOwnChromium();
}

/** A headless browser without a past, whose pages show the workbench. Its profile is in the scratch folder. */
export function launchChromium(executablePath: string, scratch: Scratch): Promise<BrowserContext> {
  return chromium.launchPersistentContext(scratch.path('chromium'), {
    executablePath,
    artifactsDir: scratch.path('artifacts'),
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
