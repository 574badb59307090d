import * as vscode from 'vscode';
import { dirname } from 'node:path';
import { contractFolders, deployable, hasOverride, isFolder, OVERRIDE, type ContractFolder } from '../../project/contractFolders';
import { pick } from '../ui/pick';

const EXCLUDED = '**/node_modules/**';
/** A workspace with more contracts than this is not searched further. */
const MOST = 200;
const LAST = 'hotpocket.lastContract';

/** The contract folder that was deployed last from this workspace. */
function lastContract(context: vscode.ExtensionContext): string | undefined {
  return context.workspaceState.get<string>(LAST);
}

export async function rememberContract(context: vscode.ExtensionContext, folder: string): Promise<void> {
  await context.workspaceState.update(LAST, folder);
}

/**
 * The folder to deploy: what the command was called with, else the only one that is found, else one that the user
 * chooses; undefined if he chooses none.
 */
export async function findContract(context: vscode.ExtensionContext, argument: unknown): Promise<string | undefined> {
  if (argument instanceof vscode.Uri && argument.scheme === 'file') return named(argument.fsPath);
  return choose(await contractsOfWorkspace(context));
}

/** Those that there are to choose from; what was deployed last goes first. */
export async function contractsOfWorkspace(context: vscode.ExtensionContext): Promise<ContractFolder[]> {
  return contractFolders(await search(`**/${OVERRIDE}`), await search('**/package.json'), lastContract(context));
}

/** A folder that was named holds the contract somewhere, or is it. */
async function named(path: string): Promise<string | undefined> {
  if (!(await isFolder(path))) return deployable(dirname(path));
  if (hasOverride(path)) return deployable(path);
  const base = vscode.Uri.file(path);
  const found = await contractFolders(await search(new vscode.RelativePattern(base, `**/${OVERRIDE}`)), await search(new vscode.RelativePattern(base, 'package.json')));
  return found.length === 0 ? path : choose(found);
}

async function search(pattern: vscode.GlobPattern): Promise<string[]> {
  const found = await vscode.workspace.findFiles(pattern, EXCLUDED, MOST);
  return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath).sort();
}

async function choose(folders: readonly ContractFolder[]): Promise<string | undefined> {
  const [first, ...others] = folders;
  if (!first) return browse();
  if (others.length === 0) return first.path;
  const reasons = {
    last: vscode.l10n.t('deployed last'),
    override: vscode.l10n.t('has {0}', OVERRIDE),
    built: vscode.l10n.t('built from the package.json beside it'),
  };
  const items = folders.map(({ path, why }) => ({ label: vscode.workspace.asRelativePath(path), description: reasons[why], answer: () => path }));
  const other = { label: vscode.l10n.t('Browse…'), alwaysShow: true, answer: browse };
  const chosen = await pick([...items, other], { placeHolder: vscode.l10n.t('Contract folder to deploy') });
  return chosen?.answer();
}

async function browse(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    title: vscode.l10n.t('Contract Folder'),
    openLabel: vscode.l10n.t('Deploy'),
  });
  return chosen?.[0]?.fsPath;
}
