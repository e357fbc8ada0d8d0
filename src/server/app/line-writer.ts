import { once } from 'node:events';

/** Writes text to a stream and waits while the reader is slower than the writer. */
export function createLineWriter(stream: NodeJS.WritableStream): (text: string) => Promise<void> {
  return async (text) => {
    if (!stream.write(text)) await once(stream, 'drain');
  };
}
