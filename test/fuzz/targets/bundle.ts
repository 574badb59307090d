import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HotPocketError } from '../../../src/base/errors';
import { readBundle } from '../../../src/cluster/bundle';
import { copyBundle } from '../../../src/cluster/copyBundle';
import { target, type FuzzTarget, type Verdict } from '../target';

const NAMES = ['a', 'b', 'hp.cfg.override', 'disparate', '1', '2', '0', '01', 'state', 'patch.cfg', '..x', '.', '..', '...', 'ünï', '日本語', 'مرحبا', '😀', 'a b', '-rf', '\n', '*', "'", '"', '$(id)', 'back\\slash', 'x'.repeat(255), 'é'.normalize('NFD')];
/** Not all names are text. */
const NO_TEXT = Buffer.from([0x66, 0xff, 0xfe]);
const TARGETS = ['a', 'b', '.', '..', '../..', '/', '/etc/passwd', 'missing', '../a', 'a/b', './a/../b', 'disparate/1', 'hp.cfg.override', '../outside', '\n', 'x'.repeat(300)];

interface Entry {
  readonly way: readonly string[];
  readonly kind: 'file' | 'folder' | 'link' | 'pipe' | 'unreadable' | 'no text' | 'deep';
  readonly target: string;
}

const entry: fc.Arbitrary<Entry> = fc.record({
  way: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
  kind: fc.oneof({ weight: 8, arbitrary: fc.constantFrom('file' as const, 'folder' as const) }, { weight: 5, arbitrary: fc.constant('link' as const) }, { weight: 1, arbitrary: fc.constantFrom('pipe' as const, 'unreadable' as const, 'no text' as const, 'deep' as const) }),
  target: fc.constantFrom(...TARGETS),
});

/** As far as the system lets it. */
function make(root: string, { way, kind, target: to }: Entry): void {
  const names = way.map((name) => (name === '.' || name === '..' ? 'dots' : name));
  const path = join(root, ...names);
  try {
    // Not by way of a link that was made before, which may lead out of the folder.
    if (names.some((_, i) => lstatSync(join(root, ...names.slice(0, i)), { throwIfNoEntry: false })?.isSymbolicLink())) return;
    mkdirSync(join(path, '..'), { recursive: true });
    // Only what is new: writing into a pipe waits for whoever reads it.
    switch (kind) {
      case 'file': return writeFileSync(path, '{"contract":{}}', { flag: 'wx' });
      case 'folder': return void mkdirSync(path, { recursive: true });
      case 'link': return symlinkSync(to, path);
      case 'pipe': return void execFileSync('mkfifo', [path], { stdio: 'ignore' });
      case 'unreadable':
        writeFileSync(path, '', { flag: 'wx' });
        return chmodSync(path, 0);
      case 'no text': return writeFileSync(Buffer.concat([Buffer.from(`${root}/`), NO_TEXT]), '');
      case 'deep': return void mkdirSync(join(path, ...Array<string>(60).fill('d'.repeat(60))), { recursive: true });
    }
  } catch {
    // A file is where a folder would have to be, a name is too long, or it is there already.
  }
}

const bundles = target<readonly Entry[]>({
  name: 'bundles',
  share: 0.001,
  messages: fc.array(entry, { maxLength: 8 }),
  open: () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotpocket bündles '));
    let count = 0;
    const judge = async (entries: readonly Entry[]): Promise<Verdict> => {
      const [root, seed] = [join(folder, `bundle${++count}`), join(folder, `seed${count}`)];
      mkdirSync(root);
      try {
        for (const one of entries) make(root, one);
        const bundle = await readBundle(root);
        await copyBundle(bundle, 1, seed);
        requireInside(folder, count);
        return 'accepted';
      } catch (error) {
        // In words that name the file and say what to do.
        if (!(error instanceof HotPocketError) || error.code !== 'BUNDLE_INVALID') throw error;
        return 'refused';
      } finally {
        for (const path of [root, seed]) rmSync(path, { recursive: true, force: true });
      }
    };
    return { take: judge, close: () => rmSync(folder, { recursive: true, force: true }) };
  },
});

/** Nothing was made outside the folder that was meant. */
function requireInside(folder: string, count: number): void {
  const found = readdirSync(folder).sort().join();
  if (found !== `bundle${count},seed${count}` || !existsSync(join(folder, `seed${count}`, 'state'))) throw new Error(`There is ${found}.`);
}

export const bundle: readonly FuzzTarget[] = [bundles];
