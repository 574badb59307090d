import * as vscode from 'vscode';
import type { ClusterStatus } from '../../cluster/engine';
import type { Services } from '../services';
import { newClusterDefaults, setSetting } from '../settings';
import { lookAt, withProgress } from '../ui/progress';
import type { Command } from './command';
import { deployFolder } from '../contract/deployFolder';

const LARGEST = 64;

/** Members cannot be added to a cluster that runs: another size is another cluster. */
export const setClusterSize: Command = {
  id: 'hotpocket.setClusterSize',
  needsTrust: true,
  steers: true,
  exclusive: true,
  async run(services) {
    const { model } = services;
    await lookAt(model);
    const { status } = model;
    const size = await askSize(status?.nodes.length ?? newClusterDefaults().size);
    if (size === undefined) return;
    if (!status) {
      await setSetting('clusterSize', size);
      return offerDeployment(size);
    }
    if (size === status.nodes.length) {
      await setSetting('clusterSize', size);
      void vscode.window.showInformationMessage(vscode.l10n.t('The cluster has that size already.'));
      return;
    }
    await replaceCluster(services, status, size);
  },
};

async function askSize(value: number): Promise<number | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Set Cluster Size'),
    prompt: vscode.l10n.t('Number of nodes, 1 to {0}. Changing it cleans the cluster that exists.', LARGEST),
    value: String(value),
    validateInput: (text) => (parseSize(text) === undefined ? vscode.l10n.t('Enter a whole number from 1 to {0}.', LARGEST) : undefined),
  });
  return answer === undefined ? undefined : parseSize(answer);
}

function parseSize(text: string): number | undefined {
  const size = /^\s*\d{1,3}\s*$/.test(text) ? Number(text) : 0;
  return size >= 1 && size <= LARGEST ? size : undefined;
}

async function replaceCluster(services: Services, { home, contractPath, name }: ClusterStatus, size: number): Promise<void> {
  const redeploy = vscode.l10n.t('Clean and Redeploy');
  const cleanOnly = vscode.l10n.t('Clean Only');
  const detail = vscode.l10n.t('Its size can only be changed by making it anew: keys, ledgers, state, and logs of all nodes in {0} are deleted.', home);
  const again = contractPath === undefined ? '' : `\n\n${vscode.l10n.t('“Clean and Redeploy” then deploys {0} again.', contractPath)}`;
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Replace the cluster “{0}” by one of size {1}?', name, size),
    { modal: true, detail: detail + again },
    ...(contractPath === undefined ? [cleanOnly] : [redeploy, cleanOnly]),
  );
  if (answer === undefined) return;
  await setSetting('clusterSize', size);
  await withProgress(vscode.l10n.t('Cleaning the cluster'), (task) => services.engine.clean(task));
  if (answer === redeploy && contractPath !== undefined) await deployFolder(services, contractPath);
}

function offerDeployment(size: number): void {
  const deploy = vscode.l10n.t('Deploy Contract…');
  const told = vscode.window.showInformationMessage(vscode.l10n.t('The next deployment creates a cluster of size {0}.', size), deploy);
  void told.then((answer) => answer === deploy && vscode.commands.executeCommand('hotpocket.deploy'));
}
