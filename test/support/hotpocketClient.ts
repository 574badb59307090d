import { createRequire } from 'node:module';

/** The part of hotpocket-js-client 0.5.7 that tests use; the package has no types. Binary values are hex in JSON, Buffers in BSON. */
export interface ClientKeys { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }

export interface ClientStatus { readonly hpVersion: string; readonly ledgerSeqNo: number; readonly ledgerHash: unknown; readonly voteStatus: string; readonly roundTime: number; readonly currentUnl: unknown[]; readonly peers: string[]; readonly weaklyConnected: boolean }
export interface ClientInputStatus { readonly status: string; readonly reason?: string; readonly ledgerSeqNo?: number; readonly ledgerHash?: unknown }
export interface ClientOutput { readonly ledgerSeqNo: number; readonly ledgerHash: unknown; readonly outputHash: unknown; readonly outputs: unknown[] }
export interface ClientLedger {
  readonly seqNo: number; readonly hash: unknown; readonly timestamp: number;
  readonly inputs?: { pubkey: unknown; hash: unknown; nonce: unknown; blob: unknown }[];
  readonly outputs?: { pubkey: unknown; hash: unknown; blobs: unknown[] }[];
}

export interface Client {
  connect(): Promise<boolean>;
  close(): Promise<void>;
  on(event: 'contract_output', listener: (output: ClientOutput) => void): void;
  on(event: 'ledger_event' | 'unl_change', listener: (event: unknown) => void): void;
  getStatus(): Promise<ClientStatus | null>;
  getLcl(): Promise<{ ledgerSeqNo: number; ledgerHash: unknown } | null>;
  submitContractInput(input: string | Buffer, nonce?: number | null, maxLedger?: number | null, isOffset?: boolean): Promise<{ hash: unknown; submissionStatus: Promise<ClientInputStatus> }>;
  submitContractReadRequest(request: string | Buffer, id?: string | null, timeout?: number): Promise<unknown>;
  getLedgerBySeqNo(seqNo: number, includeInputs: boolean, includeOutputs: boolean): Promise<ClientLedger | null>;
  subscribe(channel: 'ledger_event' | 'unl_change' | 'health_event'): Promise<void>;
  unsubscribe(channel: 'ledger_event' | 'unl_change'): Promise<void>;
}

export interface ClientOptions { protocol?: 'json' | 'bson'; trustedServerKeys?: string[]; contractId?: string; contractVersion?: string; requiredConnectionCount?: number; connectionTimeoutMs?: number }

interface Library {
  generateKeys(privateKeyHex?: string): Promise<ClientKeys>;
  createClient(servers: string[], keys: ClientKeys, options?: ClientOptions): Promise<Client>;
  setLogLevel(level: number): void;
}

/** The published client, unmodified. */
export const hotpocketClient = createRequire(`${import.meta.dirname}/`)('hotpocket-js-client') as Library;
