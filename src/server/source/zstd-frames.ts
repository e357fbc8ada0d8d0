/** A run of bytes of one zstd frame. */
export interface FramePiece {
  readonly bytes: Uint8Array;
  /** True when the frame ends with these bytes. */
  readonly endsFrame: boolean;
}

type Expect =
  | 'magic'
  | 'descriptor'
  | 'header'
  | 'block'
  | 'body'
  | 'checksum'
  | 'skip-size'
  | 'skip';

const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

/**
 * Finds where zstd frames end (RFC 8878 §3.1.1), without unpacking: Node's decompressor stops after the first frame and
 * says nothing of a second one, whole or cut. Fed with any chunks in order. Views, not copies. Costs some ns a block.
 */
export class ZstdFrames {
  #expect: Expect = 'magic';
  /** Bytes of the current field still to come; when 0, `#field` is whole. */
  #missing = 4;
  readonly #field = new Uint8Array(8);
  #have = 0;
  #hasChecksum = false;
  #isLastBlock = false;
  /** True once bytes contradict the format; no more pieces come. */
  isDamaged = false;

  /** True between frames: an input may end here. */
  get isBetweenFrames(): boolean {
    return this.#expect === 'magic' && this.#have === 0;
  }

  /** The pieces of frames with content; skippable frames (RFC 8878 §3.1.2) are left out. */
  *split(chunk: Uint8Array): Generator<FramePiece> {
    let begin = 0;
    for (let at = 0; at < chunk.length && !this.isDamaged; ) {
      const length = Math.min(this.#missing, chunk.length - at);
      if (!this.#isOpaque) this.#keep(chunk.subarray(at, at + length));
      at += length;
      this.#missing -= length;
      const before = this.#expect;
      const hasEnded = this.#missing === 0 && this.#next();
      if (before === 'magic' || before === 'skip-size' || before === 'skip') {
        begin = at;
        if (before === 'magic' && this.#expect === 'descriptor') {
          yield { bytes: MAGIC, endsFrame: false };
        }
      } else if (hasEnded) {
        yield { bytes: chunk.subarray(begin, at), endsFrame: true };
        begin = at;
      }
    }
    if (begin < chunk.length && !this.isDamaged) {
      yield { bytes: chunk.subarray(begin), endsFrame: false };
    }
  }

  get #isOpaque(): boolean {
    return ['body', 'skip', 'checksum', 'header'].includes(this.#expect);
  }

  #keep(bytes: Uint8Array): void {
    this.#field.set(bytes, this.#have);
    this.#have += bytes.length;
  }

  #await(expect: Expect, bytes: number): void {
    this.#expect = expect;
    this.#missing = bytes;
    this.#have = 0;
  }

  /** Goes on after a whole field. Fields of no bytes are passed at once. True when the frame has ended. */
  #next(): boolean {
    do {
      if (this.#step()) return true;
    } while (this.#missing === 0 && !this.isDamaged);
    return false;
  }

  #step(): boolean {
    const [a = 0, b = 0, c = 0, d = 0] = this.#field;
    switch (this.#expect) {
      case 'magic':
        if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) this.#await('descriptor', 1);
        else if (a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18)
          this.#await('skip-size', 4);
        else this.isDamaged = true;
        return false;
      case 'descriptor': {
        const isSingleSegment = (a & 0x20) !== 0;
        const dictionary = [0, 1, 2, 4][a & 3] ?? 0;
        const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][a >> 6] ?? 0;
        this.#hasChecksum = (a & 4) !== 0;
        this.#await('header', (isSingleSegment ? 0 : 1) + dictionary + contentSize);
        return false;
      }
      case 'block': {
        const header = a | (b << 8) | (c << 16);
        const type = (header >> 1) & 3;
        this.isDamaged = type === BLOCK_RESERVED;
        this.#isLastBlock = (header & 1) !== 0;
        this.#await('body', type === BLOCK_RLE ? 1 : header >> 3);
        return false;
      }
      case 'header':
        this.#await('block', 3);
        return false;
      case 'body':
        if (!this.#isLastBlock) this.#await('block', 3);
        else if (this.#hasChecksum) this.#await('checksum', 4);
        else return this.#end();
        return false;
      case 'skip-size':
        this.#await('skip', (a | (b << 8) | (c << 16) | (d << 24)) >>> 0);
        return this.#missing === 0 ? this.#end() : false;
      case 'skip':
      case 'checksum':
        return this.#end();
    }
  }

  #end(): boolean {
    this.#await('magic', 4);
    return true;
  }
}
