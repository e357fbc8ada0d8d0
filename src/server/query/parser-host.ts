import { type Child, ChildLost, type Message } from './child.ts';
import { QueryError } from './errors.ts';

export interface ParserHostOptions {
  start(): Child;
  /** The first request of every child: loads the parser and the tables. */
  readonly warmUp: Message;
  /** A child is replaced after so many requests. */
  readonly maxRequests: number;
  /** A child that grows beyond this is replaced. */
  readonly maxBytes: number;
  /** A request that takes longer ends its child. */
  readonly timeoutMs: number;
  /** A child that nobody asks for so long ends; the next request starts one. */
  readonly idleMs: number;
}

export interface ParserHost {
  /** Resolves with the child's answer; rejects with ChildRefused or QueryError `parser-lost`. */
  ask(message: Message): Promise<unknown>;
  /** Resolves when the parser has loaded. */
  warm(): Promise<void>;
  /** Replaces the first request of every child; one that lives is asked it too, before anything that comes later. */
  retell(warmUp: Message): void;
  readonly pid: number | undefined;
  stop(): void;
}

interface Parser {
  readonly child: Child;
  ready: Promise<unknown>;
  requests: number;
  /** Set by the first request that a death rejects: the one the child was working on. */
  isBlamed: boolean;
}

/**
 * Keeps one child with Kusto's parser. The parser's memory only grows, so a child is replaced after some work: the next
 * one loads first, then takes over, and the old one ends when its last answer is out. A child that dies takes down only
 * the request it was working on; those behind it are asked again.
 */
export function createParserHost(options: ParserHostOptions): ParserHost {
  let current: Parser | undefined;
  let successor: Parser | undefined;
  let isStopped = false;
  let idleTimer: NodeJS.Timeout | undefined;
  let { warmUp } = options;

  /** Ends a child through no fault of its requests: one that slips in just now is asked again elsewhere. */
  function end(parser: Parser): void {
    parser.isBlamed = true;
    parser.child.kill();
  }

  /** Begins the wait for nobody to ask anew. */
  function restAfter(): void {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => {
      if (current?.child.pending === 0 && !successor) end(current);
    }, options.idleMs);
    idleTimer.unref();
  }

  function launch(): Parser {
    const child = options.start();
    const ready = child.request(warmUp);
    // Whoever asks sees the failure; a parser that fails to load before anybody asks must not end this process.
    ready.catch(() => {});
    return { child, ready, requests: 0, isBlamed: false };
  }

  function acquire(): Parser {
    if (!current?.child.isAlive) current = launch();
    return current;
  }

  function replace(old: Parser): void {
    if (successor || isStopped) return;
    const next = launch();
    successor = next;
    next.ready.then(
      () => {
        if (current === old) current = next;
        successor = undefined;
        retire(old);
        if (isStopped) next.child.kill();
      },
      () => {
        successor = undefined;
      },
    );
  }

  function retire(parser: Parser): void {
    if (parser.child.pending === 0) end(parser);
    else setTimeout(() => retire(parser), 100).unref();
  }

  /** One request on one child; ends the child when it takes too long. */
  async function askOnce(parser: Parser, message: Message): Promise<unknown> {
    await parser.ready;
    parser.requests += 1;
    const timer = setTimeout(() => parser.child.kill(), options.timeoutMs);
    try {
      const { value, rssBytes } = (await parser.child.request(message)) as {
        value: unknown;
        rssBytes: number;
      };
      if (parser.requests >= options.maxRequests || rssBytes > options.maxBytes) replace(parser);
      return value;
    } catch (error) {
      if (error instanceof ChildLost && !parser.isBlamed && !isStopped) {
        parser.isBlamed = true;
        throw new QueryError('parser-lost', `The query could not be read: ${error.message}.`, {
          advice: 'Make the query shorter or less deeply nested.',
        });
      }
      throw error;
    } finally {
      clearTimeout(timer);
      restAfter();
    }
  }

  return {
    async ask(message) {
      for (let attempt = 1; ; attempt++) {
        if (isStopped) throw new QueryError('cancelled', 'The query service has stopped.');
        try {
          return await askOnce(acquire(), message);
        } catch (error) {
          if (!(error instanceof ChildLost)) throw error;
          if (attempt >= 3)
            throw new QueryError(
              'parser-lost',
              `The process that reads queries does not start: ${error.message}.`,
              {
                advice: 'See its output above; `weir doctor` checks the installation.',
              },
            );
        }
      }
    },
    async warm() {
      await acquire().ready;
      restAfter();
    },
    retell(message) {
      warmUp = message;
      for (const parser of [current, successor]) {
        if (!parser?.child.isAlive) continue;
        parser.ready = Promise.all([parser.ready, parser.child.request(message)]);
        parser.ready.catch(() => {});
      }
    },
    get pid() {
      return current?.child.isAlive ? current.child.pid : undefined;
    },
    stop() {
      isStopped = true;
      clearTimeout(idleTimer);
      current?.child.kill();
      successor?.child.kill();
    },
  };
}
