import { encodeUtf8 } from '#core/base/index.ts';
import { ByteSink } from './byte-sink.ts';

/** The PLAIN bytes (length, then UTF-8) of a dictionary's texts, made once for all batches that share it. */
export class EncodedDictionary {
  readonly #texts: readonly string[];
  readonly #sink = new ByteSink(1 << 12);
  /** Where text i begins; it ends where i + 1 begins. */
  #starts = new Uint32Array(256);
  #count = 0;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  extend(): void {
    const texts = this.#texts;
    if (this.#starts.length < texts.length + 1) {
      const grown = new Uint32Array(texts.length * 2 + 1);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    const sink = this.#sink;
    for (; this.#count < texts.length; this.#count++) {
      const text = texts[this.#count]!;
      this.#starts[this.#count] = sink.length;
      if (!writeAscii(sink, text)) {
        const bytes = encodeUtf8(text);
        sink.uint32(bytes.length);
        sink.append(bytes);
      }
    }
    this.#starts[this.#count] = sink.length;
  }

  copy(code: number, target: ByteSink): void {
    const start = this.#starts[code]!;
    const end = this.#starts[code + 1]!;
    target.reserve(end - start);
    const from = this.#sink.bytes;
    const to = target.bytes;
    let at = target.length;
    if (end - start > 64) to.set(from.subarray(start, end), at);
    else for (let i = start; i < end; i++) to[at++] = from[i]!;
    target.length += end - start;
  }
}

/** Writes a text of ASCII with its length; writes nothing and returns false when it holds anything else. */
function writeAscii(sink: ByteSink, text: string): boolean {
  const start = sink.length;
  sink.uint32(text.length);
  sink.reserve(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) {
      sink.length = start;
      return false;
    }
    sink.bytes[sink.length++] = c;
  }
  return true;
}
