import * as vscode from 'vscode';

/**
 * What a press on a row does: a command with the row's element. VS Code forgets a command's arguments when the row is shown anew, and a press that
 * comes just then fails ("Actual command not found"). So a row that changes all the time has a command of its own, without arguments, which stays.
 */
export class RowCommands implements vscode.Disposable {
  private readonly registered = new Map<string, vscode.Disposable>();

  /** `id`: of the row, which means the same element for good. */
  of(command: string, title: string, id: string, element: unknown): vscode.Command {
    // With this mark it is none of those that users are shown.
    const own = `_${command}/${id}`;
    if (!this.registered.has(own)) this.registered.set(own, vscode.commands.registerCommand(own, () => vscode.commands.executeCommand(command, element)));
    return { command: own, title };
  }

  /** Forgets all but the newest, of rows that become more and more. */
  keepNewest(most: number): void {
    for (const [own, registration] of this.registered) {
      if (this.registered.size <= most) return;
      registration.dispose();
      this.registered.delete(own);
    }
  }

  dispose(): void {
    this.keepNewest(0);
  }
}
