import { HP_VERSION } from '../version';
import { choice, choices, field, isSection, section, type Field, type Fields, type Section } from './field';

/**
 * Every field of hp.cfg (reference 1.3), in the order in which it is written. Reading, checking, writing, the types and the
 * schema for editors all follow from here; only rules between several fields are elsewhere (rules.ts).
 */

const ACCESS = ['public', 'private'] as const;
const LOG_LEVELS = ['dbg', 'inf', 'wrn', 'err'] as const;

const node = section('Who this node is.', {
  public_key: field('hex', '', 'Public key of the node: 0xED and 32 bytes of Ed25519, 66 hex digits.'),
  private_key: field('hex', '', 'Private key of the node: 0xED, seed and public key, 130 hex digits. Keep it secret.'),
  role: choice(['observer', 'validator'], 'validator', 'A validator that is in the UNL takes part in consensus; an observer only follows.', {
    message: "Invalid role. 'observer' or 'validator' expected.",
  }),
  history: choice(['full', 'custom'], 'custom', 'Whether all ledgers are kept, or as many shards as history_config says.', {
    message: "Invalid history mode. 'full' or 'custom' expected.",
  }),
  history_config: section('How much is kept with history "custom".', {
    max_primary_shards: field('u64', 1, 'Primary shards (262144 ledgers each) to keep. Not 0 with history "custom".'),
    max_raw_shards: field('u64', 0, 'Raw shards (inputs and outputs of 4096 ledgers each) to keep; 0 keeps none.'),
  }),
});

const limit = (what: string): ReturnType<typeof field<'u64'>> => field('u64', 0, `${what} 0 = unlimited.`);

/** The part of the contract section that is under consensus: what patch.cfg holds (reference 1.6). */
export const patchFields = {
  version: field('string', '1.0', 'Version of the contract, told to its users.', { notEmpty: true, message: 'Contract version not specified.' }),
  unl: field('hexList', [], 'Unique node list: public keys of the nodes that decide.', { notEmpty: true, message: 'UNL cannot be empty.' }),
  bin_path: field('string', '<your contract binary here>', "The contract's program: an absolute path, or relative to the state folder."),
  bin_args: field('string', '', 'Arguments for the program, split at single blanks; there is no quoting.'),
  environment: field('stringMap', {}, 'The whole environment of the contract process.'),
  max_input_ledger_offset: field('u16', 10, 'How many ledgers ahead of the current one an input may name as its last. 0 = unlimited.'),
  consensus: section('How the nodes agree. All nodes need the same values.', {
    mode: choice(ACCESS, 'private', 'public: everybody is sent proposals, and ledger queries show all users. private: only nodes of the UNL, and only the caller.', {
      message: 'Invalid consensus flag configured. Valid values: public|private',
    }),
    roundtime: field('u32', 1000, 'Length of a consensus round in milliseconds.', {
      min: 1, max: 3_600_000, message: 'Round time must be between 1 and 3600000ms inclusive.',
    }),
    stage_slice: field('u32', 25, 'Length of each of the stages 1, 2 and 3 in percent of the round; stage 0 has the rest.', {
      min: 1, max: 33, message: 'Stage slice must be between 1 and 33 percent inclusive.',
    }),
    threshold: field('u32', 80, 'Percentage of the UNL that must agree.', {
      min: 1, max: 100, message: 'Threshold must be between 1 and 100 percent inclusive.',
    }),
  }),
  npl: section('Messages between the contract processes of the nodes.', {
    mode: choice(ACCESS, 'private', 'Who is sent NPL messages: everybody, or only nodes of the UNL.', {
      message: 'Invalid npl flag configured. Valid values: public|private',
    }),
  }),
  round_limits: section('What a round may cost at most.', {
    user_input_bytes: limit('Bytes of input a user may submit in a round.'),
    user_output_bytes: limit('Bytes of output the contract may send to a user in a round.'),
    npl_output_bytes: limit('Bytes of NPL messages the contract may send in a round.'),
    proc_cpu_seconds: limit('Seconds of processor time of a contract process.'),
    proc_mem_bytes: limit('Bytes of memory of a contract process.'),
    proc_ofd_count: limit('Descriptors a contract process may have open.'),
    exec_timeout: field('u64', 300_000, 'Milliseconds after which a contract process is killed. 0 = unlimited.'),
  }),
};

const contract = section('The contract and its consensus.', {
  id: field('string', '', 'Name of the contract, the same on all its nodes; usually a UUID.', { notEmpty: true, message: 'Contract id not specified.' }),
  execute: field('bool', true, 'If false, ledgers are made but the contract never runs.'),
  run_as: field('string', '', 'User and group ids that the contract runs under, "uid:gid", or empty for those of the node.'),
  log: section("Files for the contract's output.", {
    enable: field('bool', false, "Whether the contract's output is also written to log/contract."),
    max_mbytes_per_file: field('u64', 5, 'Size in MiB at which a new file is begun.'),
    max_file_count: field('u64', 10, 'Number of files that are kept.'),
  }),
  ...patchFields,
});

const mesh = section('The connections to other nodes.', {
  port: field('u16', 22860, 'Port for other nodes.', { min: 1, nameIfZero: 'mesh port' }),
  listen: field('bool', true, 'Whether other nodes may connect to this one.'),
  idle_timeout: field('u32', 120_000, 'Milliseconds without a message after which a connection is closed. 0 = never.'),
  known_peers: field('peerList', [], 'Nodes to connect to, "host:port".'),
  msg_forwarding: field('bool', true, 'Whether messages of others are passed on.'),
  max_connections: field('u16', 0, 'Connections at most. 0 = unlimited.'),
  max_known_connections: field('u16', 0, 'Connections to known peers at most; 1 to max_connections if that is set. 0 = unlimited.'),
  max_in_connections_per_host: field('u16', 0, 'Incoming connections at most from one address. 0 = unlimited.'),
  max_bytes_per_msg: field('u64', 0, 'Size of a message at most. 0 = 5 MiB.'),
  max_bytes_per_min: limit('Bytes a peer may send in a minute.'),
  max_bad_msgs_per_min: limit('Malformed messages a peer may send in a minute.'),
  max_bad_msgsigs_per_min: limit('Messages with a wrong signature a peer may send in a minute.'),
  max_dup_msgs_per_min: limit('Repeated messages a peer may send in a minute.'),
  peer_discovery: section('How further nodes are found.', {
    enabled: field('bool', true, 'Whether peers are asked for their peers.'),
    interval: field('u16', 30_000, 'Milliseconds between two requests.'),
  }),
});

const user = section('The connections of users.', {
  port: field('u16', 8080, 'Port for users.', { min: 1, nameIfZero: 'user port' }),
  listen: field('bool', true, 'Whether users may connect.'),
  idle_timeout: field('u32', 0, 'Milliseconds without a message after which a connection is closed. 0 = never.'),
  max_bytes_per_msg: field('u64', 0, 'Size of a message at most. 0 = 5 MiB.'),
  max_bytes_per_min: limit('Bytes a user may send in a minute.'),
  max_bad_msgs_per_min: limit('Malformed messages a user may send in a minute.'),
  max_connections: field('u16', 0, 'Connections at most. 0 = unlimited.'),
  max_in_connections_per_host: field('u16', 0, 'Connections at most from one address. 0 = unlimited.'),
  concurrent_read_requests: field('u64', 4, 'Read requests that run at the same time. 0 = no read requests.', {
    max: 32, message: 'User concurrent_read_requests cannot exceed 32',
  }),
});

const hpfs = section("hpcore's file system. The embedded node has none and only keeps these values.", {
  external: field('bool', false, 'Whether hpfs is started by someone else.'),
  log: section('The log of hpfs.', {
    log_level: choice(LOG_LEVELS, 'wrn', 'Least severe level that is logged.', {
      message: 'Invalid hpfs loglevel configured. Valid values: dbg|inf|wrn|err',
    }),
  }),
});

const log = section('The log of the node.', {
  log_level: choice(LOG_LEVELS, 'inf', 'Least severe level that is logged.', {
    message: 'Invalid loglevel configured. Valid values: dbg|inf|wrn|err', nameIfZero: 'loglevel',
  }),
  max_mbytes_per_file: field('u64', 5, 'Size in MiB at which a new file is begun.'),
  max_file_count: field('u64', 10, 'Number of files that are kept.'),
  loggers: choices(['console', 'file'], ['file', 'console'], 'Where the log goes.', {
    message: 'Invalid logger. Valid values: console|file', nameIfZero: 'loggers',
  }),
});

export const hpConfigTable = section('Configuration of a HotPocket node (hp.cfg).', {
  hp_version: field('string', HP_VERSION, 'Version of HotPocket that wrote this file.', { notEmpty: true, message: 'Config HP version missing.' }),
  node, contract, mesh, user, hpfs, log,
});

/** What stands at a path of hp.cfg, such as ['contract', 'unl']; undefined if nothing does. */
export function entryAt(path: readonly (string | number)[]): Field | Section | undefined {
  let entry: Field | Section = hpConfigTable;
  for (const name of path) {
    const fields: Fields = isSection(entry) ? entry.fields : {};
    if (!Object.hasOwn(fields, name)) return undefined;
    entry = fields[name] as Field | Section;
  }
  return entry;
}
