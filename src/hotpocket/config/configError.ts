/**
 * A configuration that HotPocket would refuse. `lines` is what hpcore prints about it, literally (reference 1.4).
 * `kind` tells what is wrong: the file can't be read or is no JSON; a field is missing or of a wrong type; a rule is broken.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly kind: 'file' | 'field' | 'rule',
    readonly lines: readonly string[],
    /** The field in question, such as `mesh.port`: hpcore's texts often name only its section, or not even that. */
    readonly path?: string,
  ) {
    super(lines.join('\n'));
  }
}
