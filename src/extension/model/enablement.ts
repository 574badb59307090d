/** A command as package.json describes it, in the user's language. */
export interface ContributedCommand {
  readonly command: string;
  readonly title: string;
  readonly icon: string;
  readonly enablement?: string;
}

/** Evaluates an `enablement` of package.json: keys, or `!` and a key, joined by `&&`. A key that is not given is false. */
export function isEnabled(enablement: string | undefined, keys: Readonly<Record<string, boolean>>): boolean {
  return termsOf(enablement).every(({ key, wanted }) => (keys[key] ?? false) === wanted);
}

export function termsOf(enablement: string | undefined): { readonly key: string; readonly wanted: boolean }[] {
  if (!enablement) return [];
  return enablement.split('&&').map((term) => {
    const [, not, key] = /^\s*(!?)\s*([\w.]+)\s*$/.exec(term) ?? [];
    if (key === undefined) throw new Error(`not a key: ${term}`);
    return { key, wanted: not === '' };
  });
}
