import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { assertReachable, guardedLookup, type Network } from '#server/external/index.ts';
import { DeliveryFailure } from './failure.ts';

/*
 * As much of SMTP (RFC 5321) as handing a message to one's own relay takes: EHLO, STARTTLS (RFC 3207), AUTH PLAIN (RFC 4616),
 * MAIL, RCPT, DATA. Bodies are base64 of short lines, so no extension is needed.
 */

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tls' | 'starttls' | 'plain';
  readonly network: Network;
  /** What we call ourselves. */
  readonly name: string;
  readonly login: { readonly user: string; readonly password: string } | undefined;
  readonly signal: AbortSignal;
}

export interface Smtp {
  /** Resolves when the relay has taken it; with its words when it refuses this message for good. */
  send(from: string, to: readonly string[], text: string): Promise<string | undefined>;
  quit(): Promise<void>;
  destroy(): void;
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

const SILENCE_MS = 60_000;
const LONGEST_ANSWER_LINES = 100;

/** A socket whose lines are answers of one or more lines each. */
class Conversation {
  readonly socket: Socket;
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setTimeout(SILENCE_MS, () =>
      socket.destroy(new DeliveryFailure('later', 'the relay says nothing more')),
    );
    this.#reader = createInterface({ input: socket });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Writes a command, reads its answer. Commands never appear in errors: one of them has the password. */
  async ask(command?: string): Promise<Answer> {
    if (command !== undefined) this.socket.write(`${command}\r\n`);
    const texts: string[] = [];
    while (texts.length < LONGEST_ANSWER_LINES) {
      const next = await this.#lines.next();
      if (next.done) throw this.socket.errored ?? new DeliveryFailure('later', 'the relay hung up');
      const parts = /^(\d{3})([ -]?)(.*)$/.exec(next.value);
      if (!parts) throw new DeliveryFailure('later', 'the relay does not speak SMTP');
      texts.push(parts[3] ?? '');
      if (parts[2] !== '-') return { code: Number(parts[1]), text: texts.join(' ') };
    }
    throw new DeliveryFailure('later', 'the answer of the relay does not end');
  }

  /** Stops listening, so that the socket can be handed on. */
  release(): void {
    this.socket.setTimeout(0);
    this.#reader.close();
  }
}

/** Throws unless the answer is one of those expected: 4xx is tried again, 5xx is a setting. */
function expectCode({ code, text }: Answer, expected: readonly number[], what: string): void {
  if (expected.includes(code)) return;
  const message = `the relay answers ${code} to ${what}: ${text.slice(0, 300)}`;
  throw new DeliveryFailure(code >= 500 ? 'setting' : 'later', message, {
    ...(code >= 500 ? { advice: 'Check user, password, sender and what the relay allows.' } : {}),
  });
}

export async function openSmtp(options: SmtpOptions): Promise<Smtp> {
  const { host, port, network, transport, signal } = options;
  assertReachable(host, network);
  const way = { host, port, lookup: guardedLookup(network) };
  const trust = {
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    ...(network.ca === undefined ? {} : { ca: network.ca }),
    ...network.identity,
  };
  let socket: Socket = transport === 'tls' ? connectTls({ ...way, ...trust }) : connectPlain(way);
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(socket, transport === 'tls' ? 'secureConnect' : 'connect', { signal });
    let talk = new Conversation(socket);
    expectCode(await talk.ask(), [220], 'the connection');
    let hello = await talk.ask(`EHLO ${options.name}`);
    expectCode(hello, [250], 'EHLO');
    if (transport === 'starttls') {
      expectCode(await talk.ask('STARTTLS'), [220], 'STARTTLS');
      talk.release();
      socket = connectTls({ socket, ...trust });
      await once(socket, 'secureConnect', { signal });
      talk = new Conversation(socket);
      hello = await talk.ask(`EHLO ${options.name}`);
      expectCode(hello, [250], 'EHLO');
    }
    if (options.login) {
      const { user, password } = options.login;
      const words = Buffer.from(`\0${user}\0${password}`).toString('base64');
      expectCode(await talk.ask(`AUTH PLAIN ${words}`), [235], 'the login');
    }
    return session(talk, () => signal.removeEventListener('abort', abort));
  } catch (error) {
    socket.destroy();
    signal.removeEventListener('abort', abort);
    throw error;
  }
}

function session(talk: Conversation, done: () => void): Smtp {
  return {
    async send(from, to, text) {
      expectCode(await talk.ask(`MAIL FROM:<${from}>`), [250], 'the sender');
      for (const address of to)
        expectCode(await talk.ask(`RCPT TO:<${address}>`), [250, 251], `the recipient ${address}`);
      expectCode(await talk.ask('DATA'), [354], 'DATA');
      // A line that begins with a dot gets another (RFC 5321, section 4.5.2).
      const answer = await talk.ask(`${text.replace(/^\./gm, '..').replace(/\r\n$/, '')}\r\n.`);
      if (answer.code >= 500) return `the relay refuses it: ${answer.code} ${answer.text}`;
      expectCode(answer, [250], 'the message');
      return undefined;
    },
    async quit() {
      await talk.ask('QUIT');
    },
    destroy() {
      done();
      talk.release();
      talk.socket.destroy();
    },
  };
}
