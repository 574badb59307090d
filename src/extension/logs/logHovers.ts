import * as vscode from 'vscode';
import { explainLine } from '../../diagnose/troubles/recognise';
import { literal } from '../model/markdown';
import { specialHelp } from '../ui/help';
import { LOG_LANGUAGE } from './logChannels';

/** Explains lines of known failures where they stand: what happened, what to do, and a link that does it. */
export const registerLogHovers = (): vscode.Disposable => vscode.languages.registerHoverProvider(LOG_LANGUAGE, { provideHover });

function provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const line = document.lineAt(position.line);
  const trouble = explainLine(line.text);
  if (!trouble) return undefined;
  const { code, message, remedy } = trouble;
  const help = specialHelp(trouble);
  const text = new vscode.MarkdownString(`**${literal(message)}** ${literal(remedy)}\n\n`);
  if (help) {
    text.isTrusted = { enabledCommands: [help.command] };
    text.appendMarkdown(`[${literal(help.title)}](command:${help.command}?${encodeURIComponent(JSON.stringify(help.args ?? []))}) · `);
  }
  text.appendMarkdown(literal(code));
  return new vscode.Hover(text, line.range);
}
