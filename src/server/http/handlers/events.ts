import type { ServerEvent } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import type { Call, Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

const HEARTBEAT_MS = 15_000;
const STREAMS = 200;
/** Bytes that may wait for a reader that does not read; then its stream ends and it may come back. */
const BACKLOG_BYTES = 256 * 1024;

const encoder = new TextEncoder();

/** Server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventHandlers({ events, version, options }: HttpDeps): Handlers<'events'> {
  return {
    events(_, call) {
      if (events.listeners >= (options.streams ?? STREAMS))
        throw new Refused('too-many', 'Too many pages are open.', {
          hint: 'Close some.',
          retryAfter: 30,
        });
      const body = eventStream(
        call,
        (listener) => events.subscribe(listener),
        version,
        options.heartbeatMs ?? HEARTBEAT_MS,
      );
      return new Response(body, {
        headers: {
          'Content-Type': 'text/event-stream; charset=utf-8',
          // Asks proxies that buffer to let this through.
          'X-Accel-Buffering': 'no',
        },
      });
    },
  };
}

function eventStream(
  call: Call,
  subscribe: (listener: (event: ServerEvent) => void) => () => void,
  version: string,
  heartbeatMs: number,
): ReadableStream<Uint8Array> {
  const signals = [call.signal, call.ending];
  let stop = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = () => {
          stop();
          controller.close();
        };
        const send = (text: string) => {
          if ((controller.desiredSize ?? 0) < 0) return end();
          controller.enqueue(encoder.encode(text));
        };
        const unsubscribe = subscribe((event) => send(printEvent(event)));
        const timer = setInterval(
          () => (call.isStillLoggedIn() ? send(': alive\n\n') : end()),
          heartbeatMs,
        );
        timer.unref();
        for (const signal of signals) signal.addEventListener('abort', end, { once: true });
        stop = () => {
          unsubscribe();
          clearInterval(timer);
          for (const signal of signals) signal.removeEventListener('abort', end);
          stop = () => {};
        };
        if (signals.some((signal) => signal.aborted)) return end();
        send(`retry: 2000\n${printEvent({ type: 'hello', version })}`);
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BACKLOG_BYTES }),
  );
}

/** JSON holds no line feeds, so one data line is enough. */
function printEvent(event: ServerEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
