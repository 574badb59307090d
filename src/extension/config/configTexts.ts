import * as vscode from 'vscode';

const SCHEME = 'hotpocket-config';
const texts = new Map<string, string>();
const changed = new vscode.EventEmitter<vscode.Uri>();

export const provideConfigTexts = (): vscode.Disposable =>
  vscode.workspace.registerTextDocumentContentProvider(SCHEME, { onDidChange: changed.event, provideTextDocumentContent: ({ path }) => texts.get(path) ?? '' });

/** Shows two texts of hp.cfg beside each other, from where they differ, in place of those that were compared before. */
export async function compareConfigTexts(before: string, after: string, title: string): Promise<void> {
  const [left, right] = Object.entries({ '/before/hp.cfg': before, '/after/hp.cfg': after }).map(([path, text]) => {
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    texts.set(path, text);
    changed.fire(uri);
    return uri;
  });
  const line = firstDifference(before, after);
  await vscode.commands.executeCommand('vscode.diff', left, right, title, { selection: new vscode.Range(line, 0, line, 0) });
}

/** The first line that is another one, from 0; 0 if there is none. */
function firstDifference(before: string, after: string): number {
  const old = before.split('\n');
  return Math.max(0, after.split('\n').findIndex((line, i) => line !== old[i]));
}
