const children = new Set<{ kill(signal: NodeJS.Signals): boolean }>();
