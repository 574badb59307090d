import fc, { type Arbitrary } from 'fast-check';

/** Where in a value something is done: at each level one of what is there. */
type Way = readonly number[];

/** A fault in a value: something of another type or size in the place of what was there, left out, doubled, or added. */
type Fault = { readonly kind: 'replace' | 'add'; readonly way: Way; readonly value: unknown } | { readonly kind: 'remove' | 'double'; readonly way: Way };

export const deep = (levels: number, of: 'array' | 'object' = 'array'): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = of === 'array' ? [value] : { a: value };
  return value;
};

const NUMBERS = [0, -0, -1, 1, 0.5, 255, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e21, 1e308, -1e308, Infinity, NaN];
const TEXTS = ['', ' ', '\0', '0', '__proto__', 'constructor', 'a'.repeat(300), 'ab'.repeat(32), `ed${'ab'.repeat(32)}`, 'ab'.repeat(64), '*', '../../..', '/', 'ünï', '𝕏'.repeat(20), '\ud800', '\u2028', 'true', '1e5', '127.0.0.1:99999', 'host:1'];

/** Values of all sorts; those that JSON does not have are for BSON. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...NUMBERS) },
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...TEXTS) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { a: 1 }, { toString: 1 }, { length: 1e9 }, { type: 'Buffer', data: [1] }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(deep(50), deep(200, 'object')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
);

const way = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 });
const faultOf = (value: Arbitrary<unknown>): Arbitrary<Fault> => fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('replace' as const, 'add' as const), way, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'double' as const), way }) },
);

const isPlain = (value: unknown): value is object => Array.isArray(value) || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype);

function apply(value: unknown, fault: Fault, depth = 0): unknown {
  if (!isPlain(value)) return fault.kind === 'replace' || fault.kind === 'add' ? fault.value : value;
  const entries: [string, unknown][] = Object.entries(value);
  const chosen = (fault.way[depth] ?? 0) % Math.max(1, entries.length);
  const [name, member] = entries[chosen] ?? ['', undefined];
  if (depth + 1 < fault.way.length && isPlain(member)) entries[chosen] = [name, apply(member, fault, depth + 1)];
  else if (fault.kind === 'replace' && entries.length > 0) entries[chosen] = [name, fault.value];
  else if (fault.kind === 'remove') entries.splice(chosen, 1);
  else if (fault.kind === 'add') entries.push([`${name}x`, fault.value]);
  else if (fault.kind === 'double') entries.push([`${name}2`, member]);
  return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

/** Values of a corpus with a few faults in their members. `replacements`: what else may take the place of a member. */
export function hostileCopies(corpus: readonly unknown[], ...replacements: Arbitrary<unknown>[]): Arbitrary<unknown> {
  const value = fc.oneof(...[hostileValue, ...replacements].map((arbitrary) => ({ weight: 1, arbitrary })));
  return fc.record({ base: fc.constantFrom(...corpus), faults: fc.array(faultOf(value), { maxLength: 3 }) })
    .map(({ base, faults }) => faults.reduce<unknown>((copy, fault) => apply(copy, fault), base));
}

/** The text of such values, as JSON has it. */
export const hostileJson = (corpus: readonly unknown[]): Arbitrary<Buffer> => hostileCopies(corpus).map((value) => Buffer.from(JSON.stringify(value) ?? 'undefined'));
