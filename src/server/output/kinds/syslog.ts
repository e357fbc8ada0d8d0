import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  formatNamed,
  frameSyslog,
  type Message,
  messageId,
  printLine,
  printSyslog,
} from '#core/output/index.ts';
import { assertReachable, guardedLookup } from '#server/external/index.ts';
import { DeliveryFailure } from '../failure.ts';
import { explainConnection } from '../http.ts';
import { defineKind, type ReceiverDeps } from '../receiver.ts';
import type { SyslogSettings } from '../settings.ts';

/*
 * Syslog has no acknowledgement, but TCP's end is one: we send a batch, close our direction, and wait for the receiver to
 * close the other. It does so when it has read to the end. One that goes away with bytes unread resets the connection
 * instead (RFC 1122, section 4.2.2.13), and then the batch is sent again. So a batch has a connection of its own. What a
 * receiver does with what it has read is its own affair: rsyslog, told to end, gives its inputs and queues a second or so
 * unless `inputs.timeout.shutdown` and `queue.timeoutShutdown` say more.
 *
 * A receiver that does not want us (an address or a certificate that it does not know) may end in order too, having read
 * nothing: with TLS 1.3 it judges our certificate after we are done with the handshake. It does so at once, so we keep our
 * direction open for some round trips: an end in that time is a refusal. Where we show a certificate, the first connection,
 * and the first after a failure, wait for that the longest.
 */

const CONNECT_MS = 15_000;
/** How long a receiver may take no bytes, or not end after we did. */
const SILENCE_MS = 30_000;
/** How long our direction stays open: as many times as connecting took, between these. */
const ROUND_TRIPS = 2;
const OPEN_LEAST_MS = 50;
const OPEN_MOST_MS = 2000;

async function connect(settings: SyslogSettings, deps: ReceiverDeps): Promise<Socket> {
  const { host, port, transport, tls } = settings;
  const network = deps.network(tls);
  assertReachable(host, network);
  const options = {
    host,
    port,
    lookup: guardedLookup(network),
    // The end of the other direction is what we wait for after ending ours.
    allowHalfOpen: true,
  };
  if (transport === 'tcp') {
    const socket = connectPlain(options);
    await untilEvent(socket, 'connect');
    return socket;
  }
  const socket = connectTls({
    ...options,
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    ...(network.ca === undefined ? {} : { ca: network.ca }),
    ...network.identity,
  });
  await untilEvent(socket, 'secureConnect');
  return socket;
}

async function untilEvent(socket: Socket, event: string): Promise<void> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(CONNECT_MS) });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function deliver(
  socket: Socket,
  frames: readonly Uint8Array[],
  stayOpen: Promise<void>,
): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    socket.setTimeout(SILENCE_MS, () => {
      const late = new DeliveryFailure(
        'later',
        'the receiver takes nothing more, and does not end',
      );
      reject(late);
      socket.destroy(late);
    });
    let isEnded = false;
    socket.once('end', () => {
      isEnded = true;
      // An end before the last of our bytes has left is a receiver that goes away: what it has read nobody knows.
      if (socket.writableFinished) resolve();
      else {
        const gone = new DeliveryFailure(
          'later',
          'the receiver closed the connection instead of reading to the end',
          {
            advice:
              'See whether it runs, and whether it lets this machine in: its list of senders, and the certificate that it asks for.',
          },
        );
        reject(gone);
        socket.destroy(gone);
      }
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (!isEnded) reject(new DeliveryFailure('later', 'the connection broke'));
    });
    socket.resume();
  });
  // Awaited below; until then a failure must not count as unhandled.
  ended.catch(() => {});
  for (const frame of frames)
    if (!socket.write(frame)) await Promise.race([once(socket, 'drain'), ended]);
  await Promise.race([stayOpen, ended]);
  socket.end();
  await ended;
}

/** Syslog over TLS (RFC 5425) or TCP (RFC 6587). */
export const syslog = defineKind({
  kind: 'syslog',
  format: 'cef',
  formats: ['cef', 'cim', 'ecs', 'json', 'leef', 'ocsf'],
  batch: 1000,
  proves: 'it read every byte: it ended the connection in order after we did.',
  open(settings, deps) {
    const format = formatNamed(settings.format ?? 'cef');
    const head = {
      facility: settings.facility,
      host: deps.context.host,
      app: settings.app,
      processId: String(process.pid),
      rfc: settings.rfc,
    };
    const frame = (message: Message) =>
      frameSyslog(
        printSyslog(
          message,
          messageId(message),
          printLine(format, message, deps.context),
          head,
          deps.now(),
        ),
        settings.framing,
      );
    // Whether it let us in the last time.
    let isKnown = settings.tls?.certificate === undefined;
    return {
      async send(messages, signal) {
        let socket: Socket | undefined;
        const abort = () => socket?.destroy();
        signal.addEventListener('abort', abort, { once: true });
        try {
          const startedAt = performance.now();
          socket = await connect(settings, deps);
          signal.throwIfAborted();
          const took = (performance.now() - startedAt) * ROUND_TRIPS;
          const least = isKnown ? OPEN_LEAST_MS : OPEN_MOST_MS;
          const openMs = Math.min(OPEN_MOST_MS, Math.max(least, took));
          await deliver(socket, messages.map(frame), deps.sleep(openMs, signal));
          isKnown = true;
        } catch (error) {
          isKnown = settings.tls?.certificate === undefined;
          signal.throwIfAborted();
          const isLate = error instanceof Error && error.name === 'AbortError';
          throw explainConnection(error, `${settings.host}:${settings.port}`, isLate);
        } finally {
          signal.removeEventListener('abort', abort);
          socket?.destroy();
        }
        return { rejected: [] };
      },
    };
  },
});
