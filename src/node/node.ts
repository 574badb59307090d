import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../base/clock';
import { errorText } from '../base/errors';
import { NO_FAULTS, type NodeFaults } from '../base/faults';
import type { RoundsMode } from '../base/rounds';
import type { HpConfig } from '../hotpocket/config';
import { contractBudget, decodeTimeConfig } from '../hotpocket/grid';
import { shortHash, type Hex } from '../hotpocket/hash';
import { sign, verify, type KeyPair } from '../hotpocket/keys';
import { GENESIS, type Ledger } from '../hotpocket/ledger';
import { votesNeeded } from '../hotpocket/thresholds';
import { HP_VERSION } from '../hotpocket/version';
import { bootFrom } from './boot';
import { Consensus } from './consensus/consensus';
import type { Closing, ConsensusEvent, DeliveredOutput, Effect, RunInputs } from './consensus/types';
import { endRecordedGroups } from './contract/groupRecords';
import { NplRouter } from './contract/npl';
import { ClusterClock } from './debug/clusterClock';
import { Debugging } from './debug/debugging';
import { Executions } from './executions';
import { report } from './facts';
import { sayEnded, sayHello, sayUsersStopped, sayWorkersStarted, sayWorkersStopped } from './lifecycleLog';
import type { LedgerStore } from './ledger/ledgerStore';
import { LedgerTeller } from './ledger/ledgerTeller';
import { NodeLog } from './log/nodeLog';
import { Connectivity } from './mesh/connectivity';
import { LinkFaults } from './mesh/linkFaults';
import { Mesh } from './mesh/mesh';
import { carryOutControl, mayHave, meshSettings, saveKnownPeers } from './meshSetup';
import { inBatches, proposalMessage } from './mesh/messages';
import { consensusPatch, Patches } from './patches';
import { peerHandler } from './peerHandler';
import { LOOPBACK } from './ports';
import { RoundProfiler } from './profile/roundProfiler';
import { configuredPatch, recoverPatch } from './recoveredPatch';
import { saveConfig } from './setup/configFile';
import type { ContractDir } from './setup/contractDir';
import type { StateStore } from './state/store';
import { openStorage } from './storage';
import { ledgersAfter } from './sync/ledgerSync';
import { Syncer } from './sync/syncer';
import { tellUsers } from './tellUsers';
import { userHandlers } from './userHandlers';
import { UserServer } from './users/server';

/** A HotPocket node: consensus, and around it everything that it acts through. One a process. */
export class Node {
  private readonly log: NodeLog;
  private readonly keys: KeyPair;
  private config: HpConfig;
  private readonly ledgers: LedgerStore;
  readonly ledgerTeller: LedgerTeller;
  private readonly state: StateStore;
  private readonly patches: Patches;
  private readonly npl: NplRouter;
  private readonly executions: Executions;
  private readonly keepState: () => void;
  /** What the supervisor orders to be debugged. */
  readonly debugging = new Debugging(report);
  private readonly profiler: RoundProfiler;
  private readonly syncer: Syncer;
  private readonly consensus: Consensus;
  private readonly linkFaults = new LinkFaults();
  private mesh: Mesh | undefined;
  private users: UserServer | undefined;
  private connectivity: Connectivity | undefined;
  private cancelWake = (): void => {};
  /** hp.cfg is being written. */
  private saving = Promise.resolve();
  private readonly events: ConsensusEvent[] = [];
  private handling = false;
  private stopped: (() => void) | undefined;

  constructor(private readonly dir: ContractDir, private readonly fatal: (error: unknown) => void, private readonly clock = new ClusterClock()) {
    const { paths } = dir;
    const { node, log: logging } = dir.config;
    this.keys = { publicKey: node.public_key, privateKey: node.private_key };
    const { log_level: level, loggers, max_mbytes_per_file, max_file_count } = logging;
    this.log = NodeLog.open({ dir: paths.log, level, loggers, maxMbytesPerFile: max_mbytes_per_file, maxFileCount: max_file_count, clock: systemClock });
    sayHello(this.log, dir.config);
    sayEnded(this.log, endRecordedGroups(join(paths.contractFs, 'tmp')));
    const { state, ledgers, record, runRecordFile } = openStorage(dir, this.log);
    this.state = state;
    this.ledgers = ledgers;
    this.ledgerTeller = new LedgerTeller(ledgers);
    const recovered = recoverPatch(dir.config, record, this.ledgers.last);
    const { config } = recovered;
    this.config = config;
    if (config !== dir.config) this.save();
    this.patches = new Patches(paths.patchCfg, recovered, (text) => this.log.raw(text));
    const boot = bootFrom(this.ledgers, this.state, record, recovered, config.contract.max_input_ledger_offset);
    this.consensus = new Consensus(
      { contractId: config.contract.id, publicKey: this.keys.publicKey, role: config.node.role, execute: config.contract.execute, ...consensusPatch(config.contract) },
      boot,
      { sign: (message) => sign(message, this.keys.privateKey), verify, randomBytes },
    );
    this.npl = new NplRouter(this.keys, () => this.isMember(this.keys.publicKey) && this.config.node.role === 'validator', (key) => this.isMember(key), (message) => this.log.inf(message));
    this.profiler = new RoundProfiler(this.clock, (round) => report({ type: 'round', round }));
    this.executions = new Executions({
      paths, runRecordFile, state: this.state, npl: this.npl, log: this.log, clock: this.clock, debugging: this.debugging, profiler: this.profiler,
      config: () => this.config,
      patch: () => this.patches.read().bytes,
      configured: () => this.saving.then(() => configuredPatch(this.config)),
      activeOn: (pubkey) => this.consensus.activeOn(pubkey),
      lastSeqNo: () => this.consensus.view.last.seqNo,
      sendNpl: (message) => this.mesh?.broadcast(message),
      control: (text) => this.mesh && carryOutControl(text, this.mesh, this.config.mesh.peer_discovery.enabled, this.log),
    });
    // Before its first run a node has no record of one. Without it, what that run leaves when it is cut short would count as its outcome.
    this.keepState = record ? () => this.executions.keep() : () => this.executions.stateReplaced(boot.pendingRun ? GENESIS : boot.last, boot.stateHash);
    this.syncer = this.makeSyncer();
    this.log.inf(`Initial state: ${shortHash(boot.stateHash)} | patch: ${shortHash(boot.patchHash)}`);
  }

  /** Opens the ports and takes part. Rejects when a port can't be had; everything is closed again then. */
  async start(): Promise<void> {
    const { log, config } = this;
    const bind = process.env.HOTPOCKET_BIND?.split(',') ?? LOOPBACK;
    this.keepState();
    sayWorkersStarted(log, this.ledgers.last);
    this.mesh = await this.openMesh(bind);
    log.inf('Started peer managing thread.');
    log.inf(`Started listening for peer connections on ${config.mesh.port}`);
    this.users = await this.openUsers(bind);
    log.inf(config.user.listen ? `Started listening for user connections on ${config.user.port}` : "User connection listner isn't started since user connections are disabled.");
    this.connectivity = new Connectivity(this.clock, {
      connectedMembers: () => this.consensus.view.unl.filter((key) => key === this.keys.publicKey || this.mesh?.has(key)).length,
      unlSize: () => this.consensus.view.unl.length,
    }, (weak) => {
      if (weak) log.wrn('Became weakly connected.');
      else log.inf('No longer weakly connected.');
      this.mesh?.setWeak(weak);
      this.reportPeers();
    });
    report({ type: 'ready', publicKey: this.keys.publicKey, role: config.node.role, userPort: config.user.port, peerPort: config.mesh.port, contractId: config.contract.id });
    this.reportConfig();
    this.step({ type: 'start' });
  }

  setRounds(mode: RoundsMode): void {
    this.step({ type: 'rounds', mode });
  }

  /** What is done to this node on purpose from now on. */
  setFaults({ links, clockAhead }: NodeFaults): void {
    this.linkFaults.set(links);
    this.clock.shift(clockAhead);
  }

  /** Finishes what was promised, ends the contract, closes everything. The messages and their order: reference 2.7. */
  async stop(signal: number): Promise<void> {
    const { log } = this;
    log.wrn(`Interrupt signal (${signal}) received.`);
    this.debugging.follow(undefined);
    this.setFaults(NO_FAULTS);
    this.clock.runOn();
    await new Promise<void>((resolve) => {
      this.stopped = resolve;
      this.step({ type: 'stop' });
    });
    this.cancelWake();
    await Promise.all([this.executions.stop(), this.syncer.settled()]);
    this.syncer.close();
    await this.users?.close();
    sayUsersStopped(log);
    this.connectivity?.close();
    const known = this.mesh?.knownPeers() ?? [];
    await this.mesh?.close();
    sayWorkersStopped(log);
    this.ledgers.close();
    await this.saving;
    await saveKnownPeers(this.dir.paths, known, log);
    log.wrn('hpcore exited due to signal.');
    log.close();
  }

  private makeSyncer(): Syncer {
    return new Syncer({
      clock: this.clock,
      chain: this.ledgers,
      state: this.state,
      peers: () => this.mesh?.keys() ?? [],
      send: (to, message) => this.mesh?.send(to, message),
      log: (message, level = 'inf') => this.log[level](message),
      roundTime: () => this.consensus.view.roundTime,
      ledgersSynced: ({ closing, base, ...result }) => {
        const { after } = result;
        this.step({ type: 'ledgersSynced', ...result, ...(closing ? { closing } : {}), replaced: ledgersAfter(this.ledgers, after), reverted: base ? [] : this.ledgers.bodiesAfter(after) });
      },
      patchSynced: async (patchHash, content) => {
        const patch = await this.patches.replace(content);
        if (!patch) this.log.err('Appling patch file changes after sync failed');
        this.step({ type: 'patchSynced', patchHash, patch });
      },
      stateSynced: (stateHash) => {
        this.step({ type: 'stateSynced', stateHash });
        this.executions.stateReplaced(this.consensus.view.last, stateHash);
      },
      ended: () => this.step({ type: 'syncEnded' }),
    });
  }

  private isMember(key: Hex): boolean {
    return this.consensus.view.unl.includes(key);
  }

  private async openMesh(bind: readonly string[]): Promise<Mesh> {
    const { mesh, contract, node } = this.config;
    try {
      return await Mesh.open({
        ...meshSettings(this.config),
        identity: { keys: this.keys, contractId: contract.id, port: mesh.listen ? mesh.port : 0, fullHistory: node.history === 'full', timeConfig: () => this.consensus.view.timeConfig },
        bind, tlsKey: this.dir.tls.key, tlsCert: this.dir.tls.cert, clock: this.clock, faults: this.linkFaults, log: this.log,
        roundTime: () => this.consensus.view.roundTime,
        mayHave: (message, pubkey) => mayHave(message, this.isMember(pubkey), this.config.contract),
      }, {
        connected: (pubkey, timeConfig) => {
          this.step({ type: 'peerTimeConfig', pubkey, timeConfig });
          // A new peer has not heard of the users here, nor of inputs that wait.
          const users = this.users?.connectedUsers() ?? [];
          if (users.length > 0) this.step({ type: 'users', users });
          this.peersChanged();
        },
        disconnected: () => this.peersChanged(),
        message: peerHandler({
          npl: this.npl, profiler: this.profiler, syncer: this.syncer, ledgers: this.ledgers, state: this.state, patches: this.patches,
          isMember: (key) => this.isMember(key),
          send: (to, answer) => this.mesh?.send(to, answer),
          step: (event) => this.step(event),
        }),
      });
    } catch (error) {
      this.log.err(`Peer hpws server creation failed. ${errorText(error)} Port: ${mesh.port}`);
      throw error;
    }
  }

  private async openUsers(bind: readonly string[]): Promise<UserServer> {
    const { user, contract } = this.config;
    let server: UserServer | undefined;
    try {
      server = await UserServer.listen({
        port: user.port, bind, tlsKey: this.dir.tls.key, tlsCert: this.dir.tls.cert, hpVersion: HP_VERSION,
        contractId: contract.id, contractVersion: contract.version, keys: this.keys, clock: this.clock, log: this.log,
        config: {
          listen: user.listen, idleTimeoutMs: user.idle_timeout, maxBytesPerMsg: user.max_bytes_per_msg, maxBytesPerMin: user.max_bytes_per_min,
          maxBadMsgsPerMin: user.max_bad_msgs_per_min, maxConnections: user.max_connections, concurrentReadRequests: user.concurrent_read_requests,
        },
        handlers: userHandlers({
          consensus: this.consensus, executions: this.executions, ledgers: this.ledgers,
          config: () => this.config,
          weaklyConnected: () => this.connectivity?.weak ?? false,
          peers: () => this.mesh?.addresses() ?? [],
          connectedUsers: () => server?.connectedUsers() ?? [],
          step: (event) => {
            this.step(event);
            if (event.type === 'users') report({ type: 'users', users: event.users });
          },
        }),
      });
      return server;
    } catch (error) {
      this.log.err(errorText(error));
      throw error;
    }
  }

  /** Events that come while one is handled wait for their turn: consensus is not re-entrant. */
  private step(event: ConsensusEvent): void {
    this.events.push(event);
    if (this.handling) return;
    this.handling = true;
    this.profiler.propose();
    try {
      for (let next = this.events.shift(); next; next = this.events.shift()) {
        for (const effect of this.consensus.step(next, this.clock.now())) this.carryOut(effect);
      }
    } catch (error) {
      // A ledger that can't be written is not closed: going on would promise what may be lost.
      this.fatal(error);
    } finally {
      this.handling = false;
      this.profiler.rest();
    }
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'wake':
        this.cancelWake();
        this.cancelWake = this.clock.at(effect.at, () => this.step({ type: 'wake' }));
        return;
      case 'propose':
        return this.mesh?.broadcast(proposalMessage(effect.proposal));
      case 'nup':
        return inBatches(effect.nup.inputs).forEach((inputs) => this.mesh?.broadcast({ type: 'nup', users: [...effect.nup.users], inputs }));
      case 'log':
        return this.log[effect.level](effect.message);
      case 'votes':
        return report({ type: 'vote', stage: effect.stage, status: effect.status, votes: effect.votes, needed: effect.needed, fork: effect.fork });
      case 'commit':
        return this.commit(effect.closing, effect.outputs);
      case 'adopt':
        this.profiler.forget();
        return this.ledgers.adopt(effect.after, effect.entries);
      case 'voteStatus': case 'reject': case 'accept': case 'deliver':
        return this.users && tellUsers(this.users, effect);
      case 'ledgerCreated':
        this.users?.publish({ channel: 'ledger_event', event: 'ledger_created', ledger: effect.ledger });
        return report({ type: 'ledger', ...(this.ledgerTeller.info(effect.ledger.seqNo) ?? effect.ledger) });
      case 'applyPatch':
        return this.applyPatch();
      case 'run':
        this.profiler.enter('prepare');
        void this.run(effect.ledger, effect.users);
        return;
      case 'sync':
        return this.syncer.setTargets(effect.targets);
      case 'requestClosing':
        return this.mesh?.ask(effect.from, { type: 'closingRequest', seqNo: effect.after.seqNo, hash: effect.after.hash });
      case 'requestInputs':
        return this.mesh?.ask(effect.from, { type: 'inputRequest', inputs: [...effect.inputs] });
      case 'sendInputs':
        return inBatches(effect.inputs).forEach((inputs) => this.mesh?.send(effect.to, { type: 'inputs', inputs }));
      case 'timeConfig':
        return this.reportConfig();
      case 'stopped':
        return this.stopped?.();
    }
  }

  private commit(closing: Closing, outputs: readonly DeliveredOutput[]): void {
    const { timeConfig, roundTime, eager } = this.consensus.view;
    const sent = outputs.map(({ pubkey, outputHash, messages }) => ({ pubkey, hash: outputHash, blobs: messages }));
    this.ledgerTeller.remember(closing.ledger, sent);
    this.profiler.commit(closing.ledger.seqNo, { roundTime, ...(!eager && { budgetMs: contractBudget(decodeTimeConfig(timeConfig)) }) }, () => this.ledgers.commit(closing, sent));
  }

  private async run(ledger: Ledger, users: readonly RunInputs[]): Promise<void> {
    try {
      // Files that a peer's state is being put into are none to run on.
      await this.syncer.settled();
      const executed = await this.executions.run(ledger, users);
      if (executed) this.step({ type: 'ran', outcome: { ...executed, ...this.patches.afterRun() } });
    } catch (error) {
      this.fatal(error);
    }
  }

  /** The patch that consensus just took over becomes this node's configuration. */
  private applyPatch(): void {
    const before = this.config.contract;
    const config = this.patches.take(this.config);
    if (!config) return;
    this.config = config;
    this.save();
    this.log.inf('Contract config updated from patch file.');
    const { unl, version } = config.contract;
    this.users?.updateContractVersion(version);
    if (unl.join() !== before.unl.join()) this.users?.publish({ channel: 'unl_change', unl });
    this.reportConfig();
  }

  /** One after the other, so that the newest is the last. */
  private save(): void {
    const { config } = this;
    this.saving = this.saving.then(() => saveConfig(this.dir.paths.dir, config)).catch(this.fatal);
  }

  private reportConfig(): void {
    const { unl, threshold, roundTime } = this.consensus.view;
    const { bin_path, bin_args } = this.config.contract;
    report({ type: 'config', roundTime, threshold, needed: votesNeeded(threshold, unl.length), unl, binPath: bin_path, binArgs: bin_args });
  }

  private peersChanged(): void {
    this.step({ type: 'peers', connected: this.mesh?.keys() ?? [] });
    this.reportPeers();
  }

  private reportPeers(): void {
    report({ type: 'peers', peers: this.mesh?.addresses() ?? [], weaklyConnected: this.connectivity?.weak ?? false });
  }
}
