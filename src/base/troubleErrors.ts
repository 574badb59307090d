import { entry } from './catalogueEntry';
import { millisecondsText } from './quantities';

/** Entries of the catalogue (`errors.ts`) for failures that are known by what nodes and contracts say and do (`diagnose/troubles`). */
export const troubles = {
  CONTRACT_NOT_STARTED: entry<{ reason: string }>((d) => `The contract's program cannot be started: ${d.reason}.`, () => 'Check contract.bin_path in hp.cfg.override: an absolute path, or one inside the contract folder, of a program that is executable. Ledgers go on without the contract.'),
  CONTRACT_MODULE_NOT_FOUND: entry<{ module: string }>((d) => `The contract does not find ${d.module}.`, () => 'If it is its own file, check contract.bin_args (upper and lower case count on Linux); if it is a library, bundle it, or have node_modules in the contract folder, and deploy again.'),
  CONTRACT_MODULE_UNLOADABLE: entry<{ text: string }>((d) => `The contract cannot load a native module: ${d.text}`, () => 'It was built for another system, machine or version of its runtime. Install it where nodes run (npm rebuild) and deploy again; Diagnose tells which files are concerned.'),
  CONTRACT_ENDED_BY_SIGNAL: entry<{ readonly: boolean }>((d) => `The contract was ended by a signal${d.readonly ? ' in a read request' : ''}: it crashed, broke a limit, or ended itself (forceTerminate).`, () => 'What it did and sent counts all the same; only post_exec.sh is skipped. If it was not meant to, look at what it printed before.'),
  CONTRACT_NOT_VIA_HOTPOCKET: entry<object>(() => 'The contract was started by hand, not by HotPocket.', () => 'Deploy it; to step through it, debug it in VS Code (F5).'),
  CONTRACT_PERMISSION_DENIED: entry<{ file: string }>((d) => `The contract may not write ${d.file} (permission denied).`, () => 'In a read request nothing may be written: write in rounds only, when readonly is false. In a round, the file is another user\'s or outside of the contract\'s folder.'),
  CONTRACT_PRINTED_ERROR: entry<object>(() => 'The contract printed an error, and where it was thrown.', () => 'The log has it, with links into your sources. If nothing caught it, what was left to do in that round was not done; F5 stops where it is thrown, if the view Breakpoints says so.'),
  CONTRACT_TOO_SLOW: entry<{ contractMs: number; budgetMs: number; roundTime: number }>(
    (d) => `The contract needs ${millisecondsText(d.contractMs)}, and a round has room for ${millisecondsText(d.budgetMs)}: rounds are left out.`,
    (d) => `Have it do less in a round, or set contract.consensus.roundtime to ${d.roundTime} or more. The round profile tells where the time goes.`,
  ),
  STATE_DIFFERS: entry<object>(() => 'The contract leads to another state on this node than on the others, again and again: the node takes theirs over.', () => 'The same inputs have to lead to the same files everywhere: no clock, no random numbers, no names or order that differ. Compare State File shows the difference.'),
  OUTPUT_DIFFERS: entry<object>(() => 'The contract sent something else on this node than on the others: it is dropped, and its users get nothing from here.', () => 'The same inputs have to lead to the same outputs everywhere: no clock, no random numbers; send what was agreed on by NPL.'),
  POST_EXEC_FAILED: entry<object>(() => 'post_exec.sh of the contract failed: what the run sent is dropped.', () => 'See what it printed in the log. It needs to be executable, begin with #!, and end with 0.'),
  NOT_ENOUGH_PEERS: entry<{ votes: number; needed: number }>((d) => `Too few nodes take part: ${d.votes} of ${d.needed} needed votes, so no ledger is created.`, () => 'Start the nodes that are stopped. If all run, one may be too slow for the round time, or not connected: see its log.'),
  POSSIBLE_FORK: entry<{ votes: number; needed: number }>((d) => `The nodes stand on different ledgers, and none has the ${d.needed} votes it needs (${d.votes} at most).`, () => 'Inputs, outputs and state have to be the same on all nodes. The embedded engine heals it within rounds; a real cluster of three stays so until the contract is deployed again.'),
  LEDGERS_TAKEN_BACK: entry<object>(() => 'The node stood on ledgers that the others do not have, and took them back.', () => 'It goes on with theirs; what only its own ledgers held is proposed again.'),
  PEER_PORT_FAILED: entry<{ port: number; text: string }>((d) => `The node cannot listen for peers on port ${d.port}: ${d.text}`, () => 'Stop the program that uses the port, or clean the cluster and deploy with other ports (HP_PEER_PORT_BEGIN).'),
} as const;
