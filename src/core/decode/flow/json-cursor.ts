import { decodeLatin1, decodeUtf8 } from '#core/base/index.ts';
import { endOfString, isSpace, skipSpace } from './json-records.ts';

/** Thrown inside this folder when the JSON of one record breaks; `at` is where the last good token began. */
export class BrokenJson extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const MAX_DEPTH = 64;

/**
 * Walks the JSON of one record in place. Methods read one token at `at` and move behind it; where the bytes hold
 * something else they throw BrokenJson, which decoders turn into one problem per record.
 */
export class JsonCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;

  reset(bytes: Uint8Array, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  /** The next byte that is not white space; undefined at the end. */
  peek(): number | undefined {
    this.at = skipSpace(this.bytes, this.at);
    return this.bytes[this.at];
  }

  fail(message: string): never {
    throw new BrokenJson(this.at, message);
  }

  expect(char: string): void {
    if (this.peek() !== char.charCodeAt(0)) this.fail(`expected ${char}`);
    this.at++;
  }

  /** Reads a string. */
  string(): string {
    if (this.peek() !== 0x22) this.fail('expected a string');
    const start = this.at;
    const end = endOfString(this.bytes, start);
    if (end < 0) this.fail('a string does not end');
    this.at = end;
    let isPlain = true;
    for (let i = start + 1; i < end - 1; i++) {
      const c = this.bytes[i]!;
      if (c < 0x20) {
        this.at = start;
        this.fail('a string holds a control character');
      }
      if (c === 0x5c || c > 0x7e) isPlain = false;
    }
    if (isPlain) {
      return decodeLatin1(this.bytes.subarray(start + 1, end - 1));
    }
    try {
      return JSON.parse(decodeUtf8(this.bytes.subarray(start, end))) as string;
    } catch {
      this.at = start;
      this.fail('a string has a bad escape');
    }
  }

  /** Reads a string, or the text of a number or literal. */
  scalar(): string {
    const c = this.peek();
    if (c === 0x22) return this.string();
    const start = this.at;
    this.skipLiteral();
    return decodeUtf8(this.bytes.subarray(start, this.at));
  }

  /** The text of what was read from `start` on. */
  textFrom(start: number): string {
    return decodeUtf8(this.bytes.subarray(start, this.at)).trim();
  }

  /** Reads any value, passing over it. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) this.fail('the JSON is nested too deeply');
    const c = this.peek();
    if (c === 0x22) {
      const end = endOfString(this.bytes, this.at);
      if (end < 0) this.fail('a string does not end');
      this.at = end;
    } else if (c === 0x7b) {
      this.object(() => this.skip(depth + 1));
    } else if (c === 0x5b) {
      this.array(() => this.skip(depth + 1));
    } else this.skipLiteral();
  }

  skipLiteral(): void {
    const start = this.at;
    while (this.at < this.bytes.length) {
      const c = this.bytes[this.at]!;
      if (
        c === 0x2c ||
        c === 0x7d ||
        c === 0x5d ||
        c === 0x22 ||
        c === 0x7b ||
        c === 0x5b ||
        c === 0x3a ||
        isSpace(c)
      )
        break;
      this.at++;
    }
    if (this.at === start) this.fail('expected a value');
  }

  /** Reads an object, calling `member` with each key while the cursor stands before its value; `member` reads the value. */
  object(member: (key: string) => void): void {
    this.expect('{');
    if (this.peek() === 0x7d) {
      this.at++;
      return;
    }
    for (;;) {
      const key = this.string();
      this.expect(':');
      member(key);
      const c = this.peek();
      if (c === 0x7d) {
        this.at++;
        return;
      }
      if (c !== 0x2c) this.fail('expected , or }');
      this.at++;
    }
  }

  /** Reads an array, calling `item` while the cursor stands before each item; `item` reads it. */
  array(item: () => void): void {
    this.expect('[');
    if (this.peek() === 0x5d) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      const c = this.peek();
      if (c === 0x5d) {
        this.at++;
        return;
      }
      if (c !== 0x2c) this.fail('expected , or ]');
      this.at++;
    }
  }
}
