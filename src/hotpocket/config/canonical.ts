import type { FieldKind, FieldValues } from './field';

/** Order by the bytes of UTF-8, as hpcore's sorted containers have it. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const sortedSet = (items: readonly string[], compare: (a: string, b: string) => number): string[] => [...new Set(items)].sort(compare);

function byPeer(a: string, b: string): number {
  const [hostA = '', portA] = a.split(':');
  const [hostB = '', portB] = b.split(':');
  return byBytes(hostA, hostB) || Number(portA) - Number(portB);
}

type Canonical = { readonly [K in FieldKind]?: (value: FieldValues[K]) => FieldValues[K] };

/** The one form a value has in memory and in files. patch.cfg is hashed, so nodes must not differ in it (reference 1.3, 1.6). */
const canonical: Canonical = {
  hex: (text) => text.toLowerCase(),
  hexList: (keys) => sortedSet(keys.map((key) => key.toLowerCase()), byBytes),
  peerList: (peers) => sortedSet(peers, byPeer),
  stringMap: (map) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => byBytes(a, b))),
  choiceList: (values) => [...new Set(values)],
};

export function canonicalValue(kind: FieldKind, value: unknown): unknown {
  const form = canonical[kind] as ((value: unknown) => unknown) | undefined;
  return form ? form(value) : value;
}
