/** hpcore gives up with -1, which the shell sees as this. */
export const FAILURE = 255;

/** Why a contract directory cannot be made or used. `lines` is what hpcore prints on stderr about it, literally (reference 1.1, 1.2). */
export class SetupError extends Error {
  override readonly name = 'SetupError';

  constructor(readonly lines: readonly string[], readonly exitCode = FAILURE, options?: ErrorOptions) {
    super(lines.join('\n'), options);
  }
}
