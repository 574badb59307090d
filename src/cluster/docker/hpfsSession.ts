import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { hasStatus } from './daemon/failures';
import { nodeDir } from './names';

export const NO_SESSION = 3;

/**
 * hpfs merges what a contract wrote into `seed` about a second later, and with full history never (reference 5.1, 4.3); its mount can be seen in
 * the node's container alone. So a session of our own is opened there for a moment, as hpcore does for a read request: it shows the state after the last
 * run, whole. `stat` tells the log's time where that is later, as hpfs has none of its own. `$1` is the node's folder, `$2` what is wanted, `$3` of which path.
 */
export const SESSION = `
cd "$1/contract_fs" 2> /dev/null || exit ${NO_SESSION}
mounted=
while read -r skip skip skip skip point skip; do if [ "$point" = "$PWD/mnt" ]; then mounted=yes; fi; done < /proc/self/mountinfo
[ -n "$mounted" ] || exit ${NO_SESSION}
session=hotpocket_studio_$$
true > "mnt/::hpfs.ro.$session" || exit ${NO_SESSION}
trap 'rm "mnt/::hpfs.ro.$session"' EXIT
changed=$(stat -c %Y log.hpfs 2> /dev/null)
file="mnt/$session/state/$3"
case $2 in
  stat) if [ -d "$file" ]; then echo "d 0 0 $changed"; elif [ -f "$file" ]; then echo "f $(stat -c '%s %Y' "$file") $changed"; fi ;;
  list) (cd "$file" 2> /dev/null && for name in * .[!.]* ..?*; do if [ -d "$name" ]; then printf 'd%s\\000' "$name"; elif [ -f "$name" ]; then printf 'f%s\\000' "$name"; fi; done) ;;
  read) if [ -f "$file" ]; then printf f; cat "$file"; fi ;;
esac
true
`;

/** A node whose container runs. */
export interface RunningNode {
  readonly container: Docker.Container;
  /** Changes with every start. */
  readonly run: string;
}

/** As long after a start hpfs is certainly there, or never. */
const SETTLES_WITHIN_MS = 10_000;

export type What = 'stat' | 'list' | 'read';

/** Sessions of hpfs, where there is hpfs: our own nodes have none. */
export class HpfsSessions {
  /** Runs in which there was none: when that was seen first, and whether it stayed so. */
  private readonly without = new Map<string, { readonly since: number; readonly settled: boolean }>();

  /** What the shell printed; undefined if there is no session to be had. */
  async look({ container, run }: RunningNode, node: number, what: What, path: string): Promise<Buffer | undefined> {
    const known = this.without.get(run);
    if (known?.settled) return undefined;
    const { exitCode, output } = await execute(container, ['/bin/sh', '-c', SESSION, 'sh', nodeDir(node), what, path]);
    if (exitCode === 0) return output;
    const now = performance.now();
    if (exitCode === NO_SESSION) this.without.set(run, { since: known?.since ?? now, settled: now - (known?.since ?? now) > SETTLES_WITHIN_MS });
    return undefined;
  }
}

async function execute(container: Docker.Container, command: readonly string[]): Promise<{ readonly exitCode: number | undefined; readonly output: Buffer }> {
  try {
    const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, User: '0' });
    const stream = await exec.start({ hijack: true, stdin: false });
    const [output, complaints] = [new PassThrough(), new PassThrough()];
    (container.modem as Docker['modem']).demuxStream(stream, output, complaints.resume());
    stream.once('end', () => output.end()).once('close', () => output.end()).once('error', (error: Error) => output.destroy(error));
    const bytes = await buffer(output);
    return { exitCode: (await exec.inspect()).ExitCode ?? undefined, output: bytes };
  } catch (error) {
    // It stopped meanwhile, or stands still.
    if (hasStatus(error, 404) || hasStatus(error, 409)) return { exitCode: undefined, output: Buffer.alloc(0) };
    throw error;
  }
}
