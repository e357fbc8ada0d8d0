const BLOCK = 1 << 20;

/** The bytes of a file being written: kept in blocks and joined once, which is half the memory of growing by doubling. */
export class FileBytes {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #block = new Uint8Array(1 << 12);
  #used = 0;
  #before = 0;

  get length(): number {
    return this.#before + this.#used;
  }

  append(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#used === this.#block.length) this.#next();
      const part = bytes.subarray(at, at + this.#block.length - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
    }
  }

  #next(): void {
    this.#full.push(this.#block);
    this.#before += this.#used;
    this.#block = new Uint8Array(Math.min(BLOCK, this.#block.length * 4));
    this.#used = 0;
  }

  /** Everything, in a buffer of its own. */
  join(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const block of this.#full) {
      all.set(block, at);
      at += block.length;
    }
    all.set(this.#block.subarray(0, this.#used), at);
    return all;
  }
}
