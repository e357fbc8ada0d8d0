/** An encoded message and its place in the batch. */
export interface Piece {
  readonly index: number;
  readonly text: string;
  readonly bytes: number;
}

export interface Packs {
  readonly packs: readonly (readonly Piece[])[];
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** Puts texts together, in order, so that no pack is larger than a request may be. `between` is added to each. */
export function packTexts(texts: readonly string[], maxBytes: number, between: number): Packs {
  const packs: Piece[][] = [];
  const rejected: { index: number; reason: string }[] = [];
  let room = 0;
  for (const [index, text] of texts.entries()) {
    const bytes = Buffer.byteLength(text) + between;
    if (bytes > maxBytes) {
      rejected.push({ index, reason: `it is ${bytes} bytes long; ${maxBytes} are the most here` });
      continue;
    }
    if (bytes > room) {
      packs.push([]);
      room = maxBytes;
    }
    packs.at(-1)?.push({ index, text, bytes });
    room -= bytes;
  }
  return { packs, rejected };
}
