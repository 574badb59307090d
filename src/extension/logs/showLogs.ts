import type { Services } from '../services';
import { EngineLog } from './engineLog';
import { registerLogHovers } from './logHovers';
import { registerLogLinks } from './logLinks';

/** The part that shows logs: the extension's own, and links and explanations in those of the nodes. Their channels are opened by commands. */
export function showLogs(services: Services): void {
  const { context, log, model } = services;
  context.subscriptions.push(new EngineLog(log, model), registerLogLinks(services), registerLogHovers());
}
