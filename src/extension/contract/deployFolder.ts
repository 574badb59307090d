import * as vscode from 'vscode';
import { setContextKey } from '../contextKeys';
import { nodeCount } from '../model/words';
import type { Services } from '../services';
import { chosenRounds, newClusterDefaults, preferredNode } from '../settings';
import { withProgress } from '../ui/progress';
import { buildBeforeDeploy } from './build';
import { rememberContract } from './find';

const SHOWN_MS = 5000;

/** Builds the contract if it can be built, deploys it to all nodes, and shows the log of the default node. */
export async function deployFolder({ context, engine, model }: Services, path: string): Promise<void> {
  await buildBeforeDeploy(path);
  const defaults = newClusterDefaults();
  const again = model.status !== undefined;
  const rounds = engine.capabilities.eagerRounds ? chosenRounds() : undefined;
  const { nodes } = await withProgress(vscode.l10n.t('Deploying the contract'), (task) => engine.deploy({ path, defaults, ...(rounds && { rounds }) }, task));
  await rememberContract(context, path);
  // Which contract it is, and its settings, come with no event.
  await model.refresh();
  if (again) setContextKey('hotpocket.deployedAgain', true);
  const shown = preferredNode();
  if (nodes.some(({ node }) => node === shown)) await vscode.commands.executeCommand('hotpocket.showLog', shown);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Deployed to {0}', nodeCount(nodes.length, vscode.l10n)), SHOWN_MS);
}
