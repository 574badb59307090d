/** The vocabulary in which hp.cfg is described (table.ts), and the TypeScript types that follow from a description. */

/** What a field holds in the program, by its kind in the table. */
export interface FieldValues {
  readonly string: string;
  /** Hexadecimal digits in pairs; lower-case once read. */
  readonly hex: string;
  readonly bool: boolean;
  readonly u16: number;
  readonly u32: number;
  readonly u64: number;
  /** Public keys, sorted by their bytes, each once. */
  readonly hexList: readonly string[];
  /** `host:port`, sorted, each once. */
  readonly peerList: readonly string[];
  /** Sorted by name. */
  readonly stringMap: Readonly<Record<string, string>>;
  readonly choice: string;
  /** A subset of the values, each once, in the file's order. */
  readonly choiceList: readonly string[];
}
export type FieldKind = keyof FieldValues;

export interface Field<K extends FieldKind = FieldKind, V = FieldValues[K]> {
  readonly kind: K;
  readonly description: string;
  /** What `hpcore new` writes. */
  readonly default: V;
  /** Inclusive bounds of a number; without them its kind's width. */
  readonly min?: number;
  readonly max?: number;
  /** All a choice can be. */
  readonly values?: readonly string[];
  readonly notEmpty?: true;
  /** What hpcore prints when the value is not one of those allowed by the bounds, the values or `notEmpty`. */
  readonly message?: string;
  /** Zero or empty is reported as `Invalid value for <name>.`, together with all others of that sort. */
  readonly nameIfZero?: string;
}

export interface Section<F extends Fields = Fields> {
  readonly description: string;
  readonly fields: F;
}
export interface Fields {
  readonly [name: string]: Field | Section;
}

/** The shape that a section of the table describes. */
export type ShapeOf<F extends Fields> = { readonly [N in keyof F]: F[N] extends Section<infer S> ? ShapeOf<S> : F[N] extends Field<FieldKind, infer V> ? V : never };

export const isSection = (entry: Field | Section): entry is Section => 'fields' in entry;

export const section = <F extends Fields>(description: string, fields: F): Section<F> => ({ description, fields });

type Plain<K extends FieldKind, V> = Omit<Field<K, V>, 'kind' | 'default' | 'description'>;

export const field = <K extends FieldKind>(kind: K, byDefault: FieldValues[K], description: string, rules: Plain<K, FieldValues[K]> = {}): Field<K> =>
  ({ kind, default: byDefault, description, ...rules });

export const choice = <const V extends string>(values: readonly V[], byDefault: NoInfer<V>, description: string, rules: Plain<'choice', V>): Field<'choice', V> =>
  ({ kind: 'choice', values, default: byDefault, description, ...rules });

export const choices = <const V extends string>(values: readonly V[], byDefault: readonly NoInfer<V>[], description: string, rules: Plain<'choiceList', V>): Field<'choiceList', readonly V[]> =>
  ({ kind: 'choiceList', values, default: byDefault, description, ...rules });
