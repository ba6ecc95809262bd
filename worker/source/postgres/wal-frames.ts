import type { Client } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { LogicalReplicationService } from 'pg-logical-replication';
import { formatLsn, type Lsn, toLsn } from '@/server/domain/lsn.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type SourceConnection, sourceClientConfig, verifySessionSettings } from '@/server/postgres/connect.ts';
import { condenseMessage } from './condense-message.ts';
import { CopyDataTap } from './copy-data-tap.ts';
import { PG_EPOCH_US } from './pg-epoch.ts';
import { tappableSocket } from './tappable-socket.ts';

export type WalFramesOptions = {
  readonly connection: SourceConnection;
  readonly applicationName: string;
  readonly slot: string;
  readonly publication: string;
  readonly startLsn: Lsn;
  /** The exact position that may be reported as durable; asked before each report. Never zero. */
  readonly safe: () => Lsn;
  /** One pgoutput message as a range of `bytes`. */
  readonly onMessage: (bytes: Buffer, start: number, end: number) => void;
  readonly onKeepalive: (keepalive: { walEnd: Lsn; clockUs: bigint }) => void;
  /** Asks for logical messages as well (14 and later). */
  readonly messages?: boolean;
  /** Asks for transactions while they are in progress, in blocks whose messages carry transaction ids. */
  readonly streamed?: { readonly isInBlock: () => boolean };
};

/** A replication stream, to be started once. */
export type WalFrames = {
  /** Resolves when the stream runs; messages may arrive before. Rejects when the slot cannot be started. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Tells the server the safe position now instead of at the next tick. */
  report(): void;
  /** Settles when the stream ends; rejects when it ended by failure. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
};

const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
const XLOG_HEADER_BYTES = 25;
const REPORT_INTERVAL_MAX_MS = 10_000;
const SENDER_TIMEOUT_DEFAULT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Streams a slot. The client library serves as transport only: its parser, queue and timer are not used,
 * because they confirm what was only received. Reports are sent by our own timer, paused or not, well within
 * wal_sender_timeout; a connection silent for twice that time is destroyed, since nothing else notices a black hole.
 */
export const walFrames = (options: WalFramesOptions): WalFrames => new Transport(options);

class Transport implements WalFrames {
  readonly #options: WalFramesOptions;
  readonly #service: LogicalReplicationService;
  readonly ended: Promise<void>;
  #resolveEnded: () => void = () => undefined;
  #rejectEnded: (error: unknown) => void = () => undefined;
  #tap: CopyDataTap | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  #silentTicks = 0;
  #reportIntervalMs = REPORT_INTERVAL_MAX_MS;
  #silenceMaxMs = 2 * SENDER_TIMEOUT_DEFAULT_MS;

  constructor(options: WalFramesOptions) {
    this.#options = options;
    this.ended = new Promise((resolve, reject) => {
      this.#resolveEnded = resolve;
      this.#rejectEnded = reject;
    });
    this.ended.catch(() => undefined); // the owner awaits it later; until then a rejection is not unhandled
    this.#service = new LogicalReplicationService(
      sourceClientConfig(options.connection, { applicationName: options.applicationName, socket: tappableSocket }),
      { acknowledge: { auto: false, timeoutSeconds: 0 }, flowControl: { enabled: false } },
    );
    this.#service.on('error', (error) => this.#fail(error));
  }

  async start(): Promise<void> {
    const { slot, startLsn } = this.#options;
    const started = new Promise<void>((resolve) => this.#service.on('start', resolve));
    this.#service
      .subscribe(
        rawPgoutput((client) => this.#begin(client)),
        slot,
        formatLsn(startLsn),
      )
      .then(
        () => this.#end(),
        (error: unknown) => this.#fail(error),
      );
    await Promise.race([started, this.ended]);
    if (this.#isClosing) return;
    this.report();
    this.#timer = setInterval(() => this.#tick(), this.#reportIntervalMs);
  }

  pause(): void {
    this.#tap?.pause();
  }

  resume(): void {
    this.#tap?.resume();
  }

  report(): void {
    this.#report(false);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    this.#tap?.discard();
    const giveUp = setTimeout(() => this.#tap?.destroy(), CLOSE_TIMEOUT_MS);
    try {
      await this.#service.destroy();
    } finally {
      clearTimeout(giveUp);
      this.#resolveEnded();
    }
  }

  async #begin(client: Client): Promise<void> {
    const { slot, startLsn, publication, streamed, messages } = this.#options;
    await verifySessionSettings(client);
    const { rows } = await client.query<{ timeout_ms: number }>(
      `SELECT setting::int4 AS timeout_ms FROM pg_settings WHERE name = 'wal_sender_timeout'`,
    );
    const timeoutMs = rows[0]?.timeout_ms || SENDER_TIMEOUT_DEFAULT_MS;
    this.#reportIntervalMs = Math.min(REPORT_INTERVAL_MAX_MS, Math.max(100, Math.floor(timeoutMs / 4)));
    this.#silenceMaxMs = 2 * timeoutMs;
    this.#tap = new CopyDataTap(client, {
      onData: (bytes, start, end) => this.#receive(bytes, start, end),
      onError: (error) => this.#fail(error),
      condense: (bytes) => condenseMessage(bytes, { isInBlock: streamed?.isInBlock() ?? false }),
    });
    await client.query(
      `START_REPLICATION SLOT ${escapeIdentifier(slot)} LOGICAL ${formatLsn(startLsn)} ` +
        `(${streamed ? `proto_version '2', streaming 'on'` : `proto_version '1'`}, ${messages ? `messages 'true', ` : ''}` +
        `publication_names ${escapeLiteral(escapeIdentifier(publication))})`,
    );
  }

  #receive(bytes: Buffer, start: number, end: number): void {
    const kind = bytes[start];
    if (kind === XLOG_DATA) {
      this.#options.onMessage(bytes, start + XLOG_HEADER_BYTES, end);
    } else if (kind === KEEPALIVE) {
      const isReplyRequested = bytes[start + 17] === 1;
      this.#options.onKeepalive({
        walEnd: toLsn(bytes.readBigUInt64BE(start + 1)),
        clockUs: bytes.readBigInt64BE(start + 9) + PG_EPOCH_US,
      });
      if (isReplyRequested) this.report();
    } else {
      throw new AppError('SOURCE_PROTOCOL', `unknown replication message 0x${kind?.toString(16) ?? '?'}`);
    }
  }

  #tick(): void {
    const silentMs = this.#tap && !this.#tap.isPaused ? performance.now() - this.#tap.lastInboundMs : 0;
    // Two ticks in a row: after a blocked event loop, timers run before the sockets are read.
    this.#silentTicks = silentMs > this.#silenceMaxMs ? this.#silentTicks + 1 : 0;
    if (this.#silentTicks >= 2) {
      this.#fail(new AppError('SOURCE_UNREACHABLE', `the source was silent for ${Math.round(silentMs)} ms`));
      this.#tap?.destroy();
      return;
    }
    this.#report(silentMs > this.#reportIntervalMs);
  }

  /** The library adds one to the position, and the next commit record may begin exactly where the last one ended. */
  #report(isReplyWanted: boolean): void {
    const justBefore = toLsn(this.#options.safe() - 1n);
    this.#service.acknowledge(formatLsn(justBefore), isReplyWanted).catch((error: unknown) => this.#fail(error));
  }

  #end(): void {
    if (this.#isClosing) this.#resolveEnded();
    else this.#fail(new AppError('SOURCE_UNREACHABLE', 'the source ended the replication stream'));
  }

  /** Only the first failure is the cause; what follows from it changes nothing. */
  #fail(error: unknown): void {
    clearInterval(this.#timer);
    this.#rejectEnded(error);
  }
}

type Plugin = Parameters<LogicalReplicationService['subscribe']>[0];

/** Lets the library open the connection and start the slot, and hands it no data. */
const rawPgoutput = (begin: (client: Client) => Promise<void>): Plugin => ({
  name: 'pgoutput',
  options: {},
  start: begin,
  parse: () => {
    throw new Error('frames are read from the socket, not by the library');
  },
});
