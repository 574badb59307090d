import { codedLine, HotPocketError } from '../base/errors';
import type { NodeLog } from './log/nodeLog';

/** Told of a file that is not what was once written to it: which one, what is wrong, and what becomes of it. */
export type Damaged = (path: string, problem: string) => void;

/** For whoever does not care. */
export const unsaid: Damaged = () => undefined;

/** Says it in the log of the node, which goes on without what is lost. */
export function sayDamaged(log: Pick<NodeLog, 'wrn'>): Damaged {
  return (path, problem) => log.wrn(codedLine(new HotPocketError('FILE_DAMAGED', { path, problem })));
}
