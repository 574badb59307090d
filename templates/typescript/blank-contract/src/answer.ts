/** What a user is told. The same on all nodes, or they do not agree: no time of day, no chance, nothing from outside. */
export const answer = (input: string): string => `You said: ${input}`;
