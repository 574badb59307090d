import { createReadStream, createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { toolsFolder } from './paths';
import { run } from './processes';

/** A headless browser that needs nothing of the system but glibc: its package carries libraries and a font. */
const manifest = JSON.stringify({ private: true, dependencies: { '@sparticuz/chromium': '147.0.2' } });
const folder = join(toolsFolder, 'chromium');
const launcher = join(folder, 'launch-147.0.2');

const LAUNCHER = `#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH="$here/lib" FONTCONFIG_PATH="$here" exec "$here/chromium" "$@"
`;

/** The package's own would look for fonts elsewhere. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

export function findOwnChromium(): string | undefined {
  return existsSync(launcher) ? launcher : undefined;
}

/** Downloads 66 MB by npm into the ignored folder and unpacks them; needs tar. */
export async function installOwnChromium(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  const unpacked = await Promise.all(['chromium', 'al2023.tar', 'fonts.tar', 'swiftshader.tar'].map(decompress));
  for (const archive of unpacked.filter((file) => file.endsWith('.tar'))) {
    await run('tar', ['-xf', archive, '-C', folder]);
    rmSync(archive);
  }
  rmSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'fonts.conf'), FONTS);
  await chmod(join(folder, 'chromium'), 0o755);
  // Last, because it says that all the rest is there.
  writeFileSync(launcher, LAUNCHER, { mode: 0o755 });
}

async function decompress(name: string): Promise<string> {
  const file = join(folder, name);
  const source = join(folder, 'node_modules', '@sparticuz', 'chromium', 'bin', `${name}.br`);
  await pipeline(createReadStream(source), createBrotliDecompress(), createWriteStream(file));
  return file;
}
