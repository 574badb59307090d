/**
 * Where the debugger's files are while a node is debugged. Docker gives every container a /dev of its own in memory: nothing that is there is
 * part of the container's file system, and all is gone when the container stops.
 */
export const FOLDER = '/dev/hotpocket-debug';

/** In it. */
export const FILES = {
  /** The agent's pid. */
  owner: 'owner',
  /** Path of the contract's program, links resolved. */
  program: 'program',
  /** What stands in its place. */
  wrapper: 'wrapper',
  /** What the wrapper does. */
  start: 'start',
  /** The program itself. */
  node: 'node',
  /** There while processes are to wait for a debugger; for the wrapper to read. */
  armed: 'armed',
  /** Arguments that the wrapper adds, the last one first, one a line. */
  debugged: 'debugged',
  undebugged: 'undebugged',
  /**
   * `<pid>` as long as a process needs the files here, `<pid>.args` what is its stdin, `<pid>.ready` when it is about to wait.
   */
  runs: 'runs',
} as const;
