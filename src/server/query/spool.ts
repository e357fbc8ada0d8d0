import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

/** What a spool holds in memory before it begins a file. */
export const HELD_BYTES = 2 ** 22;
const FLUSH_BYTES = 2 ** 20;

/** Bytes in memory, or in the file when there are many. */
export type Spooled =
  | { readonly kind: 'held'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string };

export interface Spool {
  readonly sizeBytes: number;
  add(text: string): void;
  /** What was added. */
  end(): Spooled;
  /** Ends it, and leaves nothing behind. Idempotent. */
  drop(): void;
}

/** Collects a text of any length in bounded memory: short ones in memory, long ones in a file that it makes. */
export function createSpool(path: string): Spool {
  let parts: Buffer[] = [];
  let waiting = 0;
  let sizeBytes = 0;
  let file: number | undefined;

  function flush(): void {
    file ??= openSync(path, 'w', 0o600);
    for (const part of parts)
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at, part.length - at);
    parts = [];
    waiting = 0;
  }

  function close(): void {
    if (file !== undefined) closeSync(file);
    file = undefined;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    add(text) {
      const part = Buffer.from(text);
      parts.push(part);
      waiting += part.length;
      sizeBytes += part.length;
      if (waiting >= (file === undefined ? HELD_BYTES : FLUSH_BYTES)) flush();
    },
    end() {
      if (file === undefined) return { kind: 'held', bytes: Buffer.concat(parts) };
      flush();
      close();
      return { kind: 'file', path };
    },
    drop() {
      parts = [];
      close();
      rmSync(path, { force: true });
    },
  };
}
