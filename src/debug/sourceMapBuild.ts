/** Tools that write a source map only when told so, what tells them, and what shows that somebody did. */
const TOOLS: readonly { readonly call: RegExp; readonly told: RegExp; readonly flag: string }[] = [
  { call: /(^|[\s;&|/])ncc\s+build\b/, told: /\s(-s|--source-map)\b/, flag: ' -s' },
  { call: /(^|[\s;&|/])esbuild\b/, told: /\s--sourcemap\b/, flag: ' --sourcemap' },
  { call: /(^|[\s;&|/])tsc\b/, told: /\s--(inlineS|s)ourceMap\b/, flag: ' --sourceMap' },
];

/** A build script of package.json changed so that it writes a source map; undefined if it is not known how. */
export function withSourceMap(script: string): string | undefined {
  for (const { call, told, flag } of TOOLS) {
    const found = call.exec(script);
    if (!found) continue;
    const end = found.index + found[0].length;
    // Only as far as this call goes.
    const own = /^[^;&|]*/.exec(script.slice(end))?.[0] ?? '';
    if (!told.test(own)) return `${script.slice(0, end)}${flag}${script.slice(end)}`;
  }
  return undefined;
}
