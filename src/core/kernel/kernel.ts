import { KERNEL_BASE64 } from './generated/module.ts';

/** Functions of ../assembly, which say what they do; addresses are numbers of bytes, truth is 0 or 1. */
interface KernelFunctions {
  isUniform32(values: number, count: number): number;
  isUniform64(values: number, count: number): number;
  placeCodes(
    codes: number,
    rows: number,
    places: number,
    indices: number,
    used: number,
    result: number,
  ): void;
  compact(values: number, nulls: number, rows: number, out: number): number;
  measure(values: number, count: number, result: number): void;
  placeValues(
    values: number,
    count: number,
    least: number,
    limit: number,
    direct: number,
    indices: number,
    entries: number,
  ): number;
  findRuns(values: number, count: number, ends: number): number;
  fillRuns(ends: number, places: number, runs: number, indices: number): void;
  encodeBits(values: number, nulls: number, count: number, out: number): number;
  encodeDeltas(values: number, count: number, out: number): number;
  encodeHybrid(values: number, count: number, width: number, runs: number, out: number): number;
  encodeIntegers(values: number, count: number, size: number, out: number): number;
  encodeLevels(nulls: number, count: number, out: number): number;
  findField(table: number, at: number): number;
  forgetFields(table: number): void;
  learnField(table: number, at: number, code: number): number;
  readTuples(target: number, from: number, stop: number): number;
}

interface Memory {
  readonly buffer: ArrayBuffer;
}

// Node and browsers both have these; core compiles with the types of neither.
const platform = globalThis as unknown as {
  atob(text: string): string;
  WebAssembly: {
    Memory: new (size: { initial: number; maximum: number }) => Memory;
    Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
    Instance: new (
      module: object,
      imports: { env: { memory: Memory } },
    ) => { readonly exports: unknown };
  };
};

let compiled: object | undefined;

/** The module, compiled once a thread; V8 shares the machine code between threads that compile the same bytes. */
function compile(): object {
  compiled ??= new platform.WebAssembly.Module(
    Uint8Array.from(platform.atob(KERNEL_BASE64), (c) => c.charCodeAt(0)),
  );
  return compiled;
}

const PAGE = 65_536;
const LINE = 64;

/**
 * The loops over rows, in WebAssembly: as fast in the first batch as in the tenth, and compiled once for all threads.
 *
 * A kernel has one memory of a fixed size, of which pages take room only once they are used. What its functions work
 * on is allocated there for the kernel's life.
 */
export class Kernel {
  readonly call: KernelFunctions;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #buffer: ArrayBuffer;
  /** Page 0 holds the module's own data. */
  #top = PAGE;

  /** Throws a RangeError when the address space for the memory is not to be had. */
  constructor(mebibytes: number) {
    const pages = mebibytes * 16;
    const memory = new platform.WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new platform.WebAssembly.Instance(compile(), { env: { memory } });
    this.call = instance.exports as KernelFunctions;
    this.#buffer = memory.buffer;
    this.bytes = new Uint8Array(this.#buffer);
    this.words = new Uint32Array(this.#buffer);
  }

  /** Whether so many bytes can still be allocated. */
  hasRoom(bytes: number): boolean {
    return this.#top + bytes + LINE <= this.#buffer.byteLength;
  }

  /** The address of so many bytes, all zero, of which 16 more may be read. Throws a RangeError when memory is used up. */
  allocate(bytes: number): number {
    if (!this.hasRoom(bytes)) throw new RangeError(`a kernel has no room for ${bytes} bytes`);
    const at = this.#top;
    this.#top = Math.ceil((at + bytes + 16) / LINE) * LINE;
    return at;
  }

  float64(count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#buffer, this.allocate(count * 8), count);
  }

  uint32(count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#buffer, this.allocate(count * 4), count);
  }

  int32(count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, this.allocate(count * 4), count);
  }

  uint8(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.allocate(count), count);
  }

  /** Whether an array is in this memory: its byteOffset is its address then. */
  holds(array: { readonly buffer: ArrayBufferLike }): boolean {
    return array.buffer === this.#buffer;
  }
}
