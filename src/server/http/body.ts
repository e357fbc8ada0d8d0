import { Refused } from '#server/auth/index.ts';

/** Bytes of a body as they come. Throws Refused: `too-large` past the limit, `too-slow` when a pause is too long. */
export async function* readChunks(
  body: ReadableStream<Uint8Array> | null,
  limits: {
    readonly bytes: number;
    readonly idleMs: number;
    /** For the whole body; none when absent. */
    readonly totalMs?: number;
  },
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  const deadline =
    limits.totalMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + limits.totalMs;
  let total = 0;
  try {
    for (;;) {
      const waitMs = Math.min(limits.idleMs, deadline - performance.now());
      const { done, value } = await withTimeout(reader.read(), waitMs);
      if (done) return;
      total += value.byteLength;
      if (total > limits.bytes) throw tooLarge(limits.bytes);
      yield value;
    }
  } finally {
    // Also reached when the consumer stops early: the rest of the body is of no interest.
    reader.cancel().catch(() => {});
  }
}

export function tooLarge(limit: number): Refused {
  return new Refused('too-large', `The body is larger than ${limit} bytes, the most this takes.`, {
    hint: 'Send less at once; large files are better read from a folder or with `weir ingest`.',
  });
}

async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Refused('too-slow', 'The body came too slowly, so the server stopped waiting.', {
            hint: 'Try again.',
          }),
        ),
      Math.max(0, ms),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Names that JSON from outside may not hold: an object built from them could change what all objects inherit. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Parses a body; throws Refused `bad-json` for what is not JSON, too deep, or holds a forbidden name anywhere. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (FORBIDDEN_NAMES.has(name))
        throw new Refused(
          'bad-json',
          `The body holds the name ${name}, which JSON bodies must not hold.`,
          {
            hint: 'Rename it.',
          },
        );
      return value;
    });
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('bad-json', 'The body is not JSON.', {
      hint: 'Send one JSON object with the content type application/json.',
    });
  }
}

/** The whole body as JSON; an empty one is an empty object. */
export async function readJson(
  request: Request,
  limits: { readonly bytes: number; readonly totalMs: number },
): Promise<unknown> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > limits.bytes) throw tooLarge(limits.bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(request.body, { ...limits, idleMs: limits.totalMs }))
    chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new Refused('wrong-type', 'The body is not marked as JSON.', {
      hint: 'Send the header content-type: application/json.',
    });
  return parseJson(new TextDecoder().decode(bytes));
}
