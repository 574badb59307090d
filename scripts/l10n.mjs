// Collects the texts that the extension translates (calls of `l10n.t`) into l10n/bundle.l10n.json, the file that translations are made
// from. `node scripts/l10n.mjs` writes it; `--check` only says whether it is up to date. What is in the manifest is in package.nls.json.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(root, 'l10n', 'bundle.l10n.json');

/** Where the extension's texts are. */
const FOLDERS = ['src/extension', 'src/cluster/profile', 'src/diagnose'];

/** All texts, sorted. Throws for a call whose text is not a plain string: it could not be found in a translation. */
export function translatedTexts(folders = FOLDERS) {
  const texts = new Set();
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts')) collect(join(root, folder, name), texts);
    }
  }
  return [...texts].sort();
}

/** The content of l10n/bundle.l10n.json: every text under itself. */
export function bundleText(texts = translatedTexts()) {
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`;
}

function collect(path, texts) {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTranslation(node.expression)) {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteralLike(text)) throw new Error(`${path}: the text of l10n.t is not a string: ${node.getText()}`);
      texts.add(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** `l10n.t` or `vscode.l10n.t`. */
function isTranslation(expression) {
  return ts.isPropertyAccessExpression(expression) && expression.name.text === 't' && /(^|\.)l10n$/.test(expression.expression.getText());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = bundleText();
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(bundle), { recursive: true });
    writeFileSync(bundle, text);
  } else if (readFileSync(bundle, 'utf8') !== text) {
    console.error('l10n/bundle.l10n.json is not up to date: node scripts/l10n.mjs');
    process.exitCode = 1;
  }
}
