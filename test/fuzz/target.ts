import type { Arbitrary } from 'fast-check';

/** What became of a message. Whatever else happens, an error that was thrown above all, is a defect. */
export type Verdict = 'accepted' | 'refused';

/** Something that takes messages from others. */
export interface FuzzTarget<M = unknown> {
  readonly name: string;
  /** Its part of all messages, against the others'. */
  readonly share: number;
  readonly messages: Arbitrary<M>;
  open(): Receiver<M> | Promise<Receiver<M>>;
  /** For the report of a failure; by default bytes as text and hex. */
  show?(message: M): string;
}

export interface Receiver<M = unknown> {
  take(message: M): Verdict | Promise<Verdict>;
  /** Whether all is as it should be after all messages. Throws if not. */
  check?(): void | Promise<void>;
  /** Bytes of memory of whoever takes the messages; by default this process's heap and buffers. */
  memory?(): number | Promise<number>;
  close?(): void | Promise<void>;
}

/** Keeps the type of its messages to itself. */
export const target = <M>(definition: FuzzTarget<M>): FuzzTarget => definition;
