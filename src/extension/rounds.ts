import { chosenRounds, onDidChangeSettings } from './settings';
import type { Services } from './services';
import { showError } from './ui/errors';

/** A setting that is changed is applied to the cluster there is. A new cluster, and every deployment, get it as well. */
export function followRounds({ context, engine, model, log }: Services): void {
  const apply = async (): Promise<void> => {
    const mode = chosenRounds();
    await model.refresh();
    if (mode === undefined || !engine.capabilities.eagerRounds || model.status === undefined || model.status.rounds === mode) return;
    await engine.setRounds(mode);
  };
  context.subscriptions.push(onDidChangeSettings(['rounds'], () => void apply().catch((error: unknown) => showError(log, error))));
}
