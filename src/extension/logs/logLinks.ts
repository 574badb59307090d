import * as vscode from 'vscode';
import type { Services } from '../services';
import { FrameTargets } from './frameTargets';
import { LinkRefresh } from './linkRefresh';
import { LOG_LANGUAGE } from './logChannels';
import { findFrames, type Frame } from './stackFrames';
import { wholeLogPath } from './wholeLog';

class FrameLink extends vscode.DocumentLink {
  override readonly tooltip = vscode.l10n.t('Show the contract\'s source');

  constructor(range: vscode.Range, readonly frame: Frame) {
    super(range);
  }
}

/** Makes links of stack traces of contracts in logs. Where they lead is found out when one is followed. */
class LogLinks implements vscode.DocumentLinkProvider<FrameLink | vscode.DocumentLink> {
  private readonly targets: FrameTargets;

  constructor({ model }: Pick<Services, 'model'>) {
    this.targets = new FrameTargets(() => {
      const { contractPath, nodes = [] } = model.status ?? {};
      return { stateDirs: nodes.map(({ stateDir }) => stateDir), ...(contractPath === undefined ? {} : { contractPath }) };
    });
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const rangeOf = ({ start, end }: Frame): vscode.Range => new vscode.Range(document.positionAt(start), document.positionAt(end));
    return [...wholeLogLink(document), ...findFrames(document.getText()).map((frame) => new FrameLink(rangeOf(frame), frame))];
  }

  async resolveDocumentLink(link: FrameLink | vscode.DocumentLink): Promise<vscode.DocumentLink> {
    const target = link instanceof FrameLink ? await this.targets.find(link.frame) : undefined;
    if (target) link.target = vscode.Uri.file(target.path).with({ fragment: `L${target.line},${target.column}` });
    return link;
  }
}

function wholeLogLink(document: vscode.TextDocument): vscode.DocumentLink[] {
  const { text } = document.lineAt(0);
  const path = wholeLogPath(text);
  return path ? [new vscode.DocumentLink(new vscode.Range(0, text.length - path.length, 0, text.length), vscode.Uri.file(path))] : [];
}

export function registerLogLinks(services: Services): vscode.Disposable {
  const logs = { language: LOG_LANGUAGE };
  // VS Code looks for links whenever a provider comes or goes, so one that has none comes and goes.
  let other: vscode.Disposable | undefined;
  const refresh = new LinkRefresh(() => {
    other?.dispose();
    other = other ? undefined : vscode.languages.registerDocumentLinkProvider(logs, { provideDocumentLinks: () => [] });
  });
  return vscode.Disposable.from(
    vscode.languages.registerDocumentLinkProvider(logs, new LogLinks(services)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.languageId === LOG_LANGUAGE && contentChanges.some(({ text }) => findFrames(text).length > 0)) refresh.came();
    }),
    refresh,
    new vscode.Disposable(() => void other?.dispose()),
  );
}
