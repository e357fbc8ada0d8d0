/**
 * From objects to committed rows.
 *
 * Objects are read here, cut into runs of whole records, and decoded by threads. What was handed out between two seals
 * is an *epoch*: its segments, the checkpoints of the objects it read from, and its counts become true in one commit.
 * An epoch is sealed when it is large, when it has lasted a moment, or when nothing more comes. Epochs are committed in
 * their order, and two may be under way. When a commit fails, every epoch under way is given up and its objects are
 * reported as failed; reading them again goes on from what was committed.
 */
import { type Format, formatsByName, type Unit, UnitCutter } from '#core/decode/index.ts';
import { type InputObject, type Reading, type Recogniser, recycle } from '#server/source/index.ts';
import type { Store } from '#server/store/index.ts';
import { countRecords } from './count-records.ts';
import { DecodePool } from './decode-pool.ts';
import { Epoch, type Run } from './epoch.ts';
import { Gate } from './gate.ts';
import type { ObjectReader, ObjectTotals } from './totals.ts';

export interface IngesterOptions {
  readonly store: Store;
  readonly recogniser: Recogniser;
  /** µs. */
  readonly clock: () => number;
  /** Threads that decode; default one a core. */
  readonly workers?: number;
  /** Threads started already, which the ingester takes over: a load begins sooner. */
  readonly pool?: DecodePool;
  /** Objects read at once; default 2. */
  readonly readers?: number;
  /** Uncompressed bytes after which an epoch is sealed; default 192 MiB. */
  readonly epochBytes?: number;
  /** Milliseconds an epoch may last while data keeps coming; default 2 s. */
  readonly epochMs?: number;
}

export interface IngestRequest {
  /** Name of the format; told from the content otherwise. What was read as another format is then read again. */
  readonly format?: string;
  /** True for a load that a person asked for: what was read before is counted as known. */
  readonly isLoad?: boolean;
  /** Called as decoding goes on. */
  readonly onProgress?: (totals: ObjectTotals) => void;
}

/** Milliseconds between looks at whether the epoch is to be sealed. */
const IDLE_MS = 10;
/** Milliseconds without reading after which those who should read are taken to wait for a commit. */
const STALL_MS = 40;
const MOST_UNDER_WAY = 2;
/** Milliseconds between cuts of a stream whose end is not known. */
const TRICKLE_MS = 1000;
/** Objects of this size are worth every thread from the beginning. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Whether what was read before holds for one who now names this format, or none. */
const isReadAs = (before: ObjectReader, forced: Format | undefined): boolean =>
  forced === undefined ? !before.isDoubtful : before.format === forced.name;

/** Reads objects into a store; see the top of this file. */
export class Ingester {
  readonly #options: IngesterOptions;
  readonly #pool: DecodePool;
  /** Totals of the objects being read, by run. */
  readonly #watched = new Map<
    number,
    { readonly totals: ObjectTotals; readonly onProgress: IngestRequest['onProgress'] }
  >();
  readonly #reading: Gate;
  readonly #sealing = new Gate(MOST_UNDER_WAY);
  #epoch: Epoch;
  #epochs = 0;
  #lastRun = 0;
  /** Objects whose bytes are coming in just now. */
  #busy = 0;
  #lastRead = 0;
  #timer: NodeJS.Timeout | undefined;
  #commits: Promise<void> = Promise.resolve();
  /** Grows when a failure gave up everything under way; runs of an earlier generation end. */
  #generation = 0;
  #failure: unknown;

  constructor(options: IngesterOptions) {
    this.#options = options;
    this.#reading = new Gate(options.readers ?? 2);
    this.#epoch = new Epoch(0, performance.now());
    this.#pool =
      options.pool ??
      new DecodePool(options.workers === undefined ? {} : { workers: options.workers });
    this.#pool.onDecoded((reply) => {
      const { totals, onProgress } = this.#watched.get(reply.run) ?? {};
      if (!totals) return;
      totals.stored += reply.stored;
      totals.quarantined += reply.quarantined;
      totals.records += reply.stored + reply.quarantined;
      onProgress?.(totals);
    });
  }

  /**
   * Reads an object from where it was left; resolves when everything that was read is committed. What is wrong with the
   * object is told in the totals; throws when reading or storing fails, and when aborted.
   */
  async ingest(
    object: InputObject,
    signal: AbortSignal,
    request: IngestRequest = {},
  ): Promise<ObjectTotals> {
    const forced = request.format === undefined ? undefined : formatsByName.get(request.format);
    if ((object.sizeBytes ?? 0) >= LARGE_BYTES) this.#pool.warm();
    const leave = await this.#reading.enter(signal);
    const epochs = new Set<Epoch>();
    let known: Awaited<ReturnType<Recogniser['recognise']>> | undefined;
    let run: Run | undefined;
    try {
      try {
        known = await this.#options.recogniser.recognise(object, signal, (before) =>
          isReadAs(before as ObjectReader, forced),
        );
        const totals: ObjectTotals = {
          object: object.name,
          format: '',
          records: 0,
          stored: 0,
          known: 0,
          quarantined: 0,
          bytes: 0,
          refused: null,
          knownAs: known.knownAs,
          readProblem: null,
        };
        const reader = known.reader as ObjectReader | null;
        run = {
          id: ++this.#lastRun,
          source: object.source,
          name: object.name,
          known,
          totals,
          reader: reader && { format: reader.format, context: reader.context },
          isDoubtful: reader ? (reader.isDoubtful ?? false) : forced !== undefined,
          records: reader?.records ?? 0,
          stateAt: () => null,
          rest: null,
        };
        this.#watched.set(run.id, { totals, onProgress: request.onProgress });
        if (reader) {
          totals.format = reader.format;
          const records = known.isShorter
            ? await countRecords(object, reader.format, signal)
            : reader.records;
          if (request.isLoad || known.isKnownWhole || known.knownAs !== null) {
            totals.known = records;
            totals.records = records;
            this.#epoch.countKnown(run, records);
            epochs.add(this.#epoch);
          }
        }
        if (!known.isKnownWhole) {
          this.#busy++;
          try {
            await this.#read(run, object, forced, epochs, signal);
          } finally {
            this.#busy--;
            this.#lastRead = performance.now();
          }
        }
      } finally {
        leave();
        this.#sealLater();
      }
      await Promise.all([...epochs].map((epoch) => epoch.done));
      return run.totals;
    } finally {
      if (run) this.#watched.delete(run.id);
      // What was read before a failure may be about to be committed: until then, the object must not be begun anew.
      void Promise.allSettled([...epochs].map((epoch) => epoch.done)).then(() => known?.release());
    }
  }

  async #read(
    run: Run,
    object: InputObject,
    forced: Format | undefined,
    epochs: Set<Epoch>,
    signal: AbortSignal,
  ): Promise<void> {
    const { known, totals } = run;
    const reading: Reading = object.open(known.from, signal);
    run.stateAt = (position) => reading.stateAt(position);
    const generation = this.#generation;
    const touch = () => {
      // What came before was given up: nothing after it may be stored.
      if (generation !== this.#generation) throw this.#failure;
      const epoch = this.#epoch;
      epoch.touch(run);
      if (epochs.has(epoch)) return;
      epochs.add(epoch);
      // A stream may last for ever; what failed stays, for ingest to meet.
      epoch.done.then(
        () => epochs.delete(epoch),
        () => undefined,
      );
    };
    const cutter = new UnitCutter({
      object: object.name,
      ingestedAt: this.#options.clock(),
      keepsCutRecord: object.hasIdentity,
      ...(forced && { format: forced }),
      ...(run.reader && {
        resume: {
          format: run.reader.format,
          context: run.reader.context,
          position: known.from.position,
        },
      }),
      onUnit: (unit) => {
        if (!run.reader) {
          run.reader = { format: unit.format.name, context: unit.origin.context };
          totals.format = unit.format.name;
        }
        touch();
        // A stream may last for days, and each of its records came when it came.
        const { ingestedAt } = unit.origin;
        this.#handOut(run, unit, object.sizeBytes === null ? this.#options.clock() : ingestedAt);
      },
      onProblem: (code, offset, detail, excerpt) => {
        touch();
        this.#problem(run, code, offset, detail, excerpt);
      },
      onSkipped: (bytes) => known.trail.append(bytes.slice()),
    });
    // A stream that trickles is cut on time, not only when a MiB has come. Failures are met by the next chunk.
    const cutNow = () => generation === this.#generation && this.#pool.isSound && cutter.end(false);
    const tick = object.sizeBytes === null ? setInterval(cutNow, TRICKLE_MS) : undefined;
    try {
      await this.#pump(reading, cutter, totals, generation, signal);
    } finally {
      clearInterval(tick);
    }
    if (generation !== this.#generation) throw this.#failure;
    const { problem } = reading;
    // What stands at a break is not cut off for good: a later copy may be whole.
    cutter.end(object.isFinal && !problem);
    if (cutter.unknown !== undefined) {
      totals.refused = cutter.unknown;
      touch();
      this.#problem(run, 'unknown-format', 0, cutter.unknown);
      return;
    }
    if (problem && problem.code !== 'changed') {
      totals.readProblem = problem.detail;
      if (object.isFinal) {
        touch();
        this.#problem(run, problem.code, known.from.position + totals.bytes, problem.detail);
      }
    }
    if (run.reader && (totals.bytes > 0 || object.isFinal)) {
      if (!problem || (object.isFinal && problem.code !== 'changed')) run.rest = cutter.rest;
      touch();
    }
  }

  async #pump(
    reading: Reading,
    cutter: UnitCutter,
    totals: ObjectTotals,
    generation: number,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const chunk of reading) {
      totals.bytes += chunk.length;
      cutter.push(chunk);
      recycle(chunk);
      if (cutter.unknown !== undefined) break;
      await this.#pool.ready();
      if (this.#epoch.bytes >= (this.#options.epochBytes ?? 192 * 1024 * 1024)) this.#seal();
      await this.#sealing.whenOpen(signal);
      if (generation !== this.#generation) throw this.#failure;
      signal.throwIfAborted();
    }
  }

  #handOut(run: Run, unit: Unit, ingestedAt: number): void {
    const bytes = this.#pool.copy(unit.bytes);
    const { object, offset, context } = unit.origin;
    this.#pool.decode({
      kind: 'decode',
      run: run.id,
      unit: bytes,
      format: unit.format.name,
      object,
      offset,
      context,
      ingestedAt,
    });
    run.known.trail.append(unit.bytes);
    this.#epoch.bytes += unit.bytes.length;
    this.#sealLater();
  }

  #problem(
    run: Run,
    code: Parameters<Epoch['problem']>[0]['code'],
    offset: number,
    detail: string,
    excerpt?: Uint8Array,
  ): void {
    run.totals.quarantined++;
    run.totals.records++;
    const text = excerpt ? Buffer.from(excerpt.subarray(0, 512)).toString('utf8') : '';
    this.#epoch.problem({ run, code, offset, detail, excerpt: text });
    this.#sealLater();
  }

  /**
   * Seals the epoch once there is nothing to read, or once it has lasted long enough. Objects that begin alike wait for
   * each other's commit: when nobody has read for a moment, that is what they are waiting for.
   */
  #sealLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      const isWaiting = this.#busy === 0 && now - this.#lastRead > STALL_MS;
      const isOld = now - this.#epoch.openedAt >= (this.#options.epochMs ?? 2000);
      if ((this.#reading.isIdle || isWaiting || isOld) && this.#sealing.isOpen) this.#seal();
      else this.#sealLater();
    }, IDLE_MS);
  }

  #seal(): void {
    const epoch = this.#epoch;
    if (epoch.isEmpty) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#epoch = new Epoch(++this.#epochs, performance.now());
    const generation = this.#generation;
    const leave = this.#sealing.enterNow();
    epoch.close();
    const sealed = this.#pool.seal(epoch.number);
    // The failure is met when its turn to be committed comes.
    sealed.catch(() => undefined);
    this.#commits = this.#commits.then(async () => {
      try {
        const replies = await sealed;
        if (generation !== this.#generation) throw this.#failure;
        await this.#options.store.commit(epoch.change(replies, this.#options.clock()));
        epoch.resolve();
      } catch (error) {
        if (generation === this.#generation) this.#giveUp(error);
        epoch.reject(this.#failure);
      } finally {
        leave();
      }
    });
  }

  /** Gives up everything that is not committed: the rows that threads hold are part of it, so the threads go too. */
  #giveUp(error: unknown): void {
    this.#generation++;
    this.#failure = error;
    this.#epoch.reject(error);
    this.#epoch = new Epoch(++this.#epochs, performance.now());
    this.#pool.discard();
  }

  /** Commits what has been read so far, and stops; objects that are still being read are reported as failed. */
  async close(): Promise<void> {
    this.#seal();
    await this.#commits;
    clearTimeout(this.#timer);
    this.#giveUp(new Error('the ingester was closed while the object was read'));
    await this.#commits;
    await this.#pool.close();
  }
}
