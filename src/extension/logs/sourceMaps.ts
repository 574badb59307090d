import { FlattenMap, LEAST_UPPER_BOUND, originalPositionFor, type TraceMap } from '@jridgewell/trace-mapping';

export interface SourcePlace {
  /** As the map names it. */
  readonly source: string;
  /** Counts from 1, as does the column. */
  readonly line: number;
  readonly column: number;
}

/** A source map, read once. Loaded when it is used: most traces are never followed. */
export class SourceMap {
  private readonly map: TraceMap;

  /** Throws when the text is no source map. */
  constructor(text: string) {
    this.map = FlattenMap(text);
  }

  /** Where a place of the generated file comes from. Line and column count from 1; without a column, the first thing in the line. */
  original(line: number, column?: number): SourcePlace | undefined {
    const at = { line, column: (column ?? 1) - 1 };
    const exact = originalPositionFor(this.map, at);
    const found = exact.source === null ? originalPositionFor(this.map, { ...at, bias: LEAST_UPPER_BOUND }) : exact;
    return found.source === null ? undefined : { source: found.source, line: found.line, column: found.column + 1 };
  }
}
