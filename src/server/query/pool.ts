import type { Child } from './child.ts';
import { QueryError } from './errors.ts';

/** One piece of work for a worker. */
export interface Job<T> {
  /** Whose work it is: users take turns. */
  readonly user: string;
  /** Expected to take long: never occupies the last worker. */
  readonly isHeavy: boolean;
  readonly signal: AbortSignal;
  /** Runs on a worker that is its own until the promise settles; stops early when `halt` is aborted. */
  run(child: Child, halt: AbortSignal): Promise<T>;
}

export interface PoolOptions {
  /** At least two, so that one worker is always left for light work. */
  readonly size: number;
  readonly maxQueued: number;
  /** Light work that takes longer than this while others wait is started again as heavy work. */
  readonly lightMs: number;
  /** Workers beyond the first end after doing nothing for so long. */
  readonly idleMs: number;
  /** Work that has run for so long lets work that starts then go first. */
  readonly quickMs: number;
  start(): Child;
  /** Puts a worker behind the others for the processor, or back; false when it cannot be brought back. */
  setBehind(child: Child, isBehind: boolean): boolean;
}

export interface Pool {
  submit<T>(job: Job<T>): Promise<T>;
  readonly running: number;
  readonly queued: number;
  /** Process ids of the workers that are alive. */
  readonly pids: readonly number[];
  /** Starts the first worker before it is needed. */
  warm(): void;
  stop(): Promise<void>;
}

/** Why the pool halts a run that it will start again. */
const DEMOTED = Symbol('demoted');

interface Ticket {
  readonly user: string;
  readonly signal: AbortSignal;
  isHeavy: boolean;
  start(child: Child, halt: AbortSignal): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface Worker {
  readonly child: Child;
  ticket: Ticket | undefined;
  halt: AbortController | undefined;
  idleTimer: NodeJS.Timeout | undefined;
  startedAt: number;
  isBehind: boolean;
}

/**
 * A fixed number of workers, one queue per user. Users take turns; a user's own work keeps its order, except that light
 * work overtakes heavy work that must wait. Heavy work occupies at most all workers but one. A worker that has died is
 * replaced when it is next needed.
 */
export function createPool(options: PoolOptions): Pool {
  const size = Math.max(2, options.size);
  const workers: Worker[] = [];
  /** Insertion order is whose turn it is: a user who was served goes to the end. */
  const queues = new Map<string, Ticket[]>();
  let isStopped = false;

  const busy = () => workers.filter((w) => w.ticket !== undefined);
  const queued = () => [...queues.values()].reduce((sum, queue) => sum + queue.length, 0);

  function enqueue(ticket: Ticket, isFirst: boolean): void {
    const queue = queues.get(ticket.user) ?? [];
    if (isFirst) queue.unshift(ticket);
    else queue.push(ticket);
    queues.set(ticket.user, queue);
  }

  function drop(ticket: Ticket): boolean {
    const queue = queues.get(ticket.user);
    const at = queue?.indexOf(ticket) ?? -1;
    if (!queue || at < 0) return false;
    queue.splice(at, 1);
    if (queue.length === 0) queues.delete(ticket.user);
    return true;
  }

  /** The next piece of work whose turn it is and which may start now. */
  function next(): Ticket | undefined {
    const heavy = busy().filter((w) => w.ticket?.isHeavy).length;
    for (const [user, queue] of queues) {
      const ticket = queue.find((t) => !t.isHeavy || heavy < size - 1);
      if (!ticket) continue;
      drop(ticket);
      const rest = queues.get(user);
      if (rest) {
        queues.delete(user);
        queues.set(user, rest);
      }
      return ticket;
    }
    return undefined;
  }

  function freeWorker(): Worker | undefined {
    for (let i = workers.length - 1; i >= 0; i--)
      if (!workers[i]!.child.isAlive && !workers[i]!.ticket) workers.splice(i, 1);
    const idle = workers.find((w) => !w.ticket);
    if (idle || workers.length >= size) return idle;
    const worker = {
      child: options.start(),
      ticket: undefined,
      halt: undefined,
      idleTimer: undefined,
      startedAt: 0,
      isBehind: false,
    };
    workers.push(worker);
    return worker;
  }

  function dispatch(): void {
    while (!isStopped && queues.size > 0 && busy().length < size) {
      const ticket = next();
      if (!ticket) break;
      const worker = freeWorker();
      if (!worker) {
        enqueue(ticket, true);
        break;
      }
      void occupy(worker, ticket);
    }
  }

  async function occupy(worker: Worker, ticket: Ticket): Promise<void> {
    const halt = new AbortController();
    clearTimeout(worker.idleTimer);
    letPass(performance.now() - options.quickMs);
    worker.startedAt = performance.now();
    worker.ticket = ticket;
    worker.halt = halt;
    const onAbort = () => halt.abort(ticket.signal.reason);
    ticket.signal.addEventListener('abort', onAbort, { once: true });
    const demotion = ticket.isHeavy
      ? undefined
      : setInterval(() => demote(worker), options.lightMs);
    demotion?.unref();
    try {
      ticket.resolve(await ticket.start(worker.child, halt.signal));
    } catch (error) {
      if (halt.signal.reason === DEMOTED && !ticket.signal.aborted) enqueue(ticket, true);
      else ticket.reject(error);
    } finally {
      clearInterval(demotion);
      ticket.signal.removeEventListener('abort', onAbort);
      worker.ticket = undefined;
      worker.halt = undefined;
      comeBack(worker);
      worker.idleTimer = setTimeout(() => {
        if (!worker.ticket && workers.length > 1) worker.child.kill();
      }, options.idleMs);
      worker.idleTimer.unref();
      dispatch();
    }
  }

  /** What has run since before an instant stands back for what starts now. */
  function letPass(before: number): void {
    for (const worker of busy())
      if (!worker.isBehind && worker.startedAt < before)
        worker.isBehind = options.setBehind(worker.child, true);
  }

  /** A worker that has to stay behind is replaced when one is next needed. */
  function comeBack(worker: Worker): void {
    if (worker.isBehind && !options.setBehind(worker.child, false)) {
      worker.child.kill();
      workers.splice(workers.indexOf(worker), 1);
    }
    worker.isBehind = false;
  }

  /** Work that proved to be heavy gives the last worker back when somebody waits for it. */
  function demote(worker: Worker): void {
    const ticket = worker.ticket;
    if (!ticket || ticket.isHeavy) return;
    const others = busy().filter((w) => w !== worker && w.ticket?.isHeavy).length;
    if (others < size - 1) {
      ticket.isHeavy = true;
      return;
    }
    if (queued() === 0) return;
    ticket.isHeavy = true;
    worker.halt?.abort(DEMOTED);
  }

  return {
    submit<T>(job: Job<T>): Promise<T> {
      if (isStopped)
        return Promise.reject(new QueryError('cancelled', 'The query service has stopped.'));
      if (job.signal.aborted) return Promise.reject(job.signal.reason);
      if (queued() >= options.maxQueued)
        return Promise.reject(
          new QueryError('too-busy', `${options.maxQueued} queries are already waiting.`, {
            advice: 'Try again in a moment, or cancel queries that are no longer needed.',
          }),
        );
      return new Promise<T>((resolve, reject) => {
        const ticket: Ticket = {
          user: job.user,
          signal: job.signal,
          isHeavy: job.isHeavy,
          start: (child, halt) => job.run(child, halt),
          resolve: resolve as (value: unknown) => void,
          reject,
        };
        job.signal.addEventListener(
          'abort',
          () => {
            if (drop(ticket)) reject(job.signal.reason);
          },
          { once: true },
        );
        enqueue(ticket, false);
        dispatch();
      });
    },
    get running() {
      return busy().length;
    },
    get queued() {
      return queued();
    },
    get pids() {
      return workers.filter((w) => w.child.isAlive).flatMap((w) => w.child.pid ?? []);
    },
    warm() {
      if (workers.length === 0 && !isStopped) freeWorker();
    },
    async stop() {
      isStopped = true;
      const error = new QueryError('cancelled', 'The query service has stopped.');
      for (const queue of queues.values()) for (const ticket of queue) ticket.reject(error);
      queues.clear();
      for (const worker of workers) {
        clearTimeout(worker.idleTimer);
        worker.child.kill();
      }
      await Promise.all(workers.map((w) => w.child.ended));
    },
  };
}
