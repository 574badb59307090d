import { afterEach } from 'vitest';
import type { Workbench } from './workbench';

/** Keeps a picture of every window when a test of this file fails. */
export function keepPicturesOfFailures(workbench: () => Workbench | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const window of workbench()?.windows ?? []) await window.screenshot(`failed ${task.name}`).catch(() => undefined);
  });
}
