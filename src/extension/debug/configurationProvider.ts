import * as vscode from 'vscode';
import { isAbsolute, join } from 'node:path';
import { HotPocketError } from '../../base/errors';
import { debugProviders, providerFor } from '../../debug/providers';
import { deployFolder } from '../contract/deployFolder';
import { findContract } from '../contract/find';
import { packageOf } from '../../project/contractFolders';
import type { Services } from '../services';
import { preferredNode } from '../settings';
import { showError } from '../ui/errors';
import { chooseNode } from '../ui/pickNode';
import { DEBUG_TYPE, offeredConfigurations, type HotPocketConfiguration, type ResolvedConfiguration } from './configuration';
import { offerSourceMap } from './offerSourceMap';

/**
 * Makes a configuration that can be run of one that leaves things open, or of none at all. For `launch` this builds and deploys: what goes
 * wrong is shown as for the command, and no session begins.
 */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  constructor(private readonly services: Promise<Services>, private readonly log: vscode.LogOutputChannel, private readonly hook: string) {}

  provideDebugConfigurations(): HotPocketConfiguration[] {
    return offeredConfigurations();
  }

  /** F5 without a launch.json comes with nothing in it. */
  resolveDebugConfiguration(_folder: vscode.WorkspaceFolder | undefined, given: vscode.DebugConfiguration): vscode.DebugConfiguration {
    const [launch] = offeredConfigurations();
    return given.type ? given : { ...launch, ...given, type: DEBUG_TYPE, request: 'launch', name: launch?.name ?? DEBUG_TYPE };
  }

  async resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, given: HotPocketConfiguration): Promise<ResolvedConfiguration | undefined> {
    try {
      if (!vscode.workspace.isTrusted) throw new HotPocketError('WORKSPACE_UNTRUSTED', {});
      return await this.resolve(await this.services, folder, given);
    } catch (error) {
      void showError(this.log, error);
      return undefined;
    }
  }

  private async resolve(services: Services, folder: vscode.WorkspaceFolder | undefined, given: HotPocketConfiguration): Promise<ResolvedConfiguration | undefined> {
    const named = given.contract === undefined ? undefined : absolute(given.contract, folder);
    if (given.request === 'launch') {
      const path = named ?? (await findContract(services.context, undefined));
      if (path === undefined) return undefined;
      await deploy(services, path);
      if (given.noDebug) return undefined;
    }
    await services.model.refresh();
    const { status } = services.model;
    if (!status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
    providerFor(status.program, debugProviders(this.hook));
    const node = await this.chooseNode(services, given.node);
    if (node === undefined) return undefined;
    const contract = named ?? status.contractPath ?? '';
    const project = (await packageOf(contract, vscode.workspace.getWorkspaceFolder(vscode.Uri.file(contract))?.uri.fsPath))?.folder ?? contract;
    const built = given.sourceMaps === false ? 'go on' : await offerSourceMap(contract, status.program);
    if (built === 'cancel') return undefined;
    if (built === 'deploy') await deploy(services, contract);
    return { ...given, node, contract, project };
  }

  private async chooseNode(services: Services, wanted: number | 'pick' | undefined): Promise<number | undefined> {
    const preferred = preferredNode() || 1;
    return chooseNode(services, wanted === 'pick' ? undefined : (wanted ?? preferred), vscode.l10n.t('Node whose contract to debug'), () => true, preferred);
  }
}

/** As the command does; it is no news that nodes stop and start. */
async function deploy(services: Services, path: string): Promise<void> {
  const done = services.steering.begin();
  try {
    await deployFolder(services, path);
  } finally {
    done();
  }
}

function absolute(path: string, folder: vscode.WorkspaceFolder | undefined): string {
  return isAbsolute(path) || !folder ? path : join(folder.uri.fsPath, path);
}
