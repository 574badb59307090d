/** One number out of those of all nodes: each changes it, so none can choose it. */
export const agreed = (numbers: ReadonlyMap<string, number>): number => [...numbers.values()].reduce((sum, number) => (sum + number) % 1_000_000, 0);
