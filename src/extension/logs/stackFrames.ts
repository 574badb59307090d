/** A place in a program that a line of a log names. */
export interface Frame {
  /** Of the text that names it, in the text that was searched. */
  readonly start: number;
  readonly end: number;
  /** Absolute, or relative to the contract's folder. */
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1; absent where only the line is told. */
  readonly column?: number;
}

// In front of lines where several nodes' logs are shown together.
const NODE = String.raw`^(?:node \d+ \| )?`;
// As V8 prints them: "at name (place)", or "at place" where there is no name. A name has no blank before a parenthesis.
const NAMED = new RegExp(String.raw`${NODE}[ \t]+at [^\n(]*? \((?<place>[^\n]+?):(?<line>\d+):(?<column>\d+)\)$`, 'gmd');
const BARE = new RegExp(String.raw`${NODE}[ \t]+at (?:async )?(?<place>[^\n]+?):(?<line>\d+):(?<column>\d+)$`, 'gmd');
// Before the message of an error that nobody caught stands where it was thrown.
const THROWN = new RegExp(String.raw`${NODE}(?<place>(?:file:\/\/)?\/[^\n]+?):(?<line>\d+)$`, 'gmd');

/** Finds the frames of JavaScript stack traces that may lie in files of a contract. */
export function findFrames(text: string): Frame[] {
  return [NAMED, BARE, THROWN].flatMap((pattern) => [...text.matchAll(pattern)].flatMap((match) => frameOf(match) ?? []));
}

function frameOf({ groups, indices }: RegExpExecArray): Frame | undefined {
  const path = groups?.place && pathOf(groups.place);
  const places = indices?.groups;
  if (!path || !groups || !places?.place || !places.line) return undefined;
  const [start] = places.place;
  const [, end] = places.column ?? places.line;
  return { start, end, path, line: Number(groups.line), ...(groups.column === undefined ? {} : { column: Number(groups.column) }) };
}

function pathOf(place: string): string | undefined {
  if (place.startsWith('file://')) return decoded(place.slice('file://'.length));
  if (place.startsWith('/')) return place;
  // Anything may stand in front of numbers; Node.js's own modules do, for one.
  return /^[^:<>()]+\.[cm]?[jt]sx?$/.test(place) ? place : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
