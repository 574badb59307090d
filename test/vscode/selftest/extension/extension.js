const { spawn } = require('node:child_process');
const vscode = require('vscode');

exports.activate = ({ subscriptions }) => {
  const output = vscode.window.createOutputChannel('Sample Output');
  const log = vscode.window.createOutputChannel('Sample Log', { log: true });
  const status = vscode.window.createStatusBarItem('state', vscode.StatusBarAlignment.Left);
  const changed = new vscode.EventEmitter();
  const animals = [{ name: 'kennel', children: [{ name: 'Ärpel' }, { name: 'dog' }] }, { name: 'cat' }];

  status.name = 'Sample State';
  status.text = '$(heart) idle';
  status.command = 'sample.pick';
  status.show();
  output.appendLine(`home: ${process.env.HOTPOCKET_HOME}`);
  log.info('activated');

  const tree = {
    onDidChangeTreeData: changed.event,
    getChildren: (animal) => (animal ? animal.children : animals),
    getTreeItem: ({ name, fed, children }) => {
      const item = new vscode.TreeItem(name, children ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
      return Object.assign(item, { id: name, contextValue: 'animal', description: fed ? 'fed' : '' });
    },
  };

  const commands = {
    'sample.greet': async () => {
      const answer = await vscode.window.showInformationMessage('Hello from the sample.', 'Answer', 'Ignore');
      output.appendLine(`answered: ${answer}`);
      status.text = `answered ${answer}`;
    },
    'sample.pick': async () => {
      const colour = await vscode.window.showQuickPick(['red', 'green', 'blue'], { placeHolder: 'A colour' });
      const amount = colour && (await vscode.window.showInputBox({ prompt: `How much ${colour}?`, value: '1' }));
      status.text = `${colour} ${amount}`;
    },
    'sample.several': async () => {
      const several = await vscode.window.showQuickPick(['dog', 'bird', 'cat'], { canPickMany: true });
      const answer = await vscode.window.showWarningMessage(`Really ${several}?`, { modal: true, detail: 'It cannot be undone.' }, 'Do It');
      status.text = `chose ${answer}`;
    },
    'sample.terminal': () => {
      const terminal = vscode.window.createTerminal('Sample');
      terminal.show();
      terminal.sendText('echo "six times seven is $((6 * 7))"');
    },
    // As a supervisor does, it outlives the window and the server.
    'sample.leave': () => {
      const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
      child.unref();
      status.text = `left ${child.pid}`;
    },
    'sample.feed': (animal) => {
      animal.fed = true;
      changed.fire(animal);
    },
    'sample.rename': async (animal) => {
      const name = await vscode.window.showInputBox({ prompt: 'New name', value: animal.name });
      if (name) animal.name = name;
      changed.fire(undefined);
    },
  };
  subscriptions.push(output, log, status, changed, vscode.window.registerTreeDataProvider('sample.animals', tree));
  for (const [id, action] of Object.entries(commands)) subscriptions.push(vscode.commands.registerCommand(id, action));
};
