import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

// The sources as trees, for tests of what no type can say.
export const root = join(import.meta.dirname, '../../..');

export const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A source file by its path below the project. */
export const parse = (path: string): ts.SourceFile => ts.createSourceFile(path, text(path), ts.ScriptTarget.Latest, true);

/** All those of a folder. */
export function sourcesOf(folder: string): ts.SourceFile[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.map((name) => parse(join(folder, name)));
}

export function nodesOf(tree: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(tree, (child) => void children.push(child));
  return [tree, ...children.flatMap(nodesOf)];
}

/** `export const x: Command = { … }` of each command, by its id: the variable and the properties that are written there. */
export function commandsOf(nodes: readonly ts.Node[]): Map<string, { readonly variable: string; readonly needsTrust: boolean }> {
  const declarations = nodes.filter(ts.isVariableDeclaration).filter((one) => one.type?.getText() === 'Command');
  return new Map(declarations.map((declaration) => {
    const properties = (declaration.initializer as ts.ObjectLiteralExpression).properties;
    const value = (name: string) => properties.filter(ts.isPropertyAssignment).find((one) => one.name.getText() === name)?.initializer;
    return [(value('id') as ts.StringLiteral).text, { variable: declaration.name.getText(), needsTrust: value('needsTrust') !== undefined }];
  }));
}
