/** What a line in the client's console means. */
export type ConsoleLine =
  | { readonly kind: 'input' | 'read'; readonly text: string }
  | { readonly kind: 'command'; readonly name: CommandName; readonly argument: string }
  | { readonly kind: 'unknown'; readonly name: string };

export type CommandName = 'status' | 'ledger' | 'key' | 'protocol' | 'reconnect' | 'clear' | 'help' | 'quit';

const names: ReadonlySet<string> = new Set<CommandName>(['status', 'ledger', 'key', 'protocol', 'reconnect', 'clear', 'help', 'quit']);

/** `?…` and `/read …` read, `/…` is a command, all else goes to the contract; `/send …` also what begins with one of these. */
export function parseLine(line: string): ConsoleLine {
  if (line.startsWith('?')) return { kind: 'read', text: line.slice(1).trimStart() };
  const [, name, argument = ''] = /^\/(\S*)\s?(.*)$/su.exec(line) ?? [];
  if (name === undefined) return { kind: 'input', text: line };
  if (name === 'send') return { kind: 'input', text: argument };
  if (name === 'read') return { kind: 'read', text: argument };
  return names.has(name) ? { kind: 'command', name: name as CommandName, argument: argument.trim() } : { kind: 'unknown', name };
}
