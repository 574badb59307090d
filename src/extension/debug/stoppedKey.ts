import * as vscode from 'vscode';
import { setContextKey } from '../contextKeys';
import { DEBUG_TYPE } from './configuration';

/** VS Code's debugger has a session in between. */
const isOurs = ({ type, parentSession }: vscode.DebugSession): boolean => type === DEBUG_TYPE || (parentSession !== undefined && isOurs(parentSession));

/** Notes that a contract stood still in the debugger, for the walkthrough. */
export function noteStops(): vscode.Disposable {
  return vscode.debug.onDidChangeActiveStackItem((item) => {
    if (item instanceof vscode.DebugStackFrame && isOurs(item.session)) setContextKey('hotpocket.breakpointHit', true);
  });
}
