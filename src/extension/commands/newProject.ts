import * as vscode from 'vscode';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isProjectName, templates, type Platform, type Template } from '../../project/templates';
import type { Services } from '../services';
import { pick } from '../ui/pick';
import type { Command } from './command';

const PLATFORMS: { readonly [P in Platform]: string } = { nodejs: 'JavaScript', typescript: 'TypeScript', python: 'Python', c: 'C' };

/** Makes a contract project out of a template, in a folder that the user chooses, and opens it. */
export const newProject: Command = {
  id: 'hotpocket.newProject',
  exclusive: true,
  async run(services) {
    const template = await chooseTemplate();
    const parent = template && (await chooseParent());
    const name = parent && (await askName(parent, template));
    if (!name) return;
    const { createProject } = await import('../../project/createProject');
    const { platform, type } = template;
    const folder = await createProject({ platform, type, name, parent });
    await open(services, vscode.Uri.file(folder));
  },
};

async function chooseTemplate(): Promise<Template | undefined> {
  const items = templates.map((template) => ({ label: template.type, description: PLATFORMS[template.platform], detail: template.summary, template }));
  return (await pick(items, { title: vscode.l10n.t('New Project'), placeHolder: vscode.l10n.t('What to begin with') }))?.template;
}

async function chooseParent(): Promise<string | undefined> {
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    title: vscode.l10n.t('Where to Create the Project'),
    openLabel: vscode.l10n.t('Create Here'),
    ...(workspace && { defaultUri: workspace.uri }),
  });
  return chosen?.[0]?.fsPath;
}

function askName(parent: string, { type }: Template): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('New Project'),
    prompt: vscode.l10n.t('Name of the project and of its folder'),
    value: type.replaceAll('-', '_'),
    validateInput: (name) => {
      if (!isProjectName(name)) return vscode.l10n.t('Use small letters, digits and underscores, and a letter first.');
      return existsSync(join(parent, name)) ? vscode.l10n.t('There is a "{0}" already.', name) : undefined;
    },
  });
}

async function open({ log }: Services, folder: vscode.Uri): Promise<void> {
  log.info(`New project ${folder.fsPath}`);
  const here = vscode.l10n.t('Open');
  const window = vscode.l10n.t('Open in New Window');
  // Into an empty window at once; another one may be at work.
  const answer = vscode.workspace.workspaceFolders === undefined ? here : await vscode.window.showInformationMessage(vscode.l10n.t('The project {0} was created.', folder.fsPath), here, window);
  if (answer !== undefined) await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: answer === window });
}
