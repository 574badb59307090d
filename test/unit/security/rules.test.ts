import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { securityRules } from '../../../eslint.security.mjs';

const problems = (code: string): (string | null)[] => new Linter().verify(code, [{ rules: securityRules as unknown as Linter.RulesRecord, languageOptions: { ecmaVersion: 2024, sourceType: 'module' } }]).map(({ ruleId }) => ruleId);

describe('the rules for what must not be written', () => {
  it.each([
    "import { exec } from 'node:child_process';",
    "import { execSync as run } from 'child_process';",
    "import all from 'node:child_process';",
    "import * as all from 'node:child_process';",
    "spawn('ls', [], { shell: true });",
    "spawn('ls', [], { shell: program });",
    "spawn('/bin/sh', ['-c', `ls ${folder}`]);",
    "spawn('/bin/sh', ['-c', 'ls ' + folder]);",
    "spawn('bash', ['-lc', text(folder)]);",
    "new vscode.ShellExecution(`ls ${folder}`);",
    "new vscode.ShellExecution('ls');",
    "terminal.sendText(`cd ${folder}`);",
    "vscode.window.createWebviewPanel('a', 'b', 1);",
    "eval(text);",
    "new Function(text);",
  ])('find %s', (code) => {
    expect(problems(code)).not.toEqual([]);
  });

  it.each([
    "import { execFile, spawn } from 'node:child_process';",
    "spawn('ls', [folder], { shell: false });",
    "spawn('/bin/sh', ['-c', SCRIPT, 'sh', folder]);",
    "spawn('python', ['-c', 'print(1)']);",
    "new vscode.ShellExecution('npm', ['run', script], { cwd });",
  ])('let %s be', (code) => {
    expect(problems(code)).toEqual([]);
  });
});
