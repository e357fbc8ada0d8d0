import { encodeUtf8 } from '#core/base/index.ts';
import { ByteSink } from './byte-sink.ts';

/** Thrift's numbers of compact types. */
const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/**
 * A value of Thrift's compact protocol, as far as Parquet's metadata uses it. Made by the functions below; all of one
 * shape, because thousands are written for each file.
 */
export interface ThriftValue {
  readonly type: number;
  readonly content: number | Uint8Array | readonly ThriftValue[] | readonly ThriftField[];
}

/** A field of a struct; fields stand in rising order of id, undefined ones are left out. */
export type ThriftField = readonly [id: number, value: ThriftValue | undefined];

export const i32 = (content: number): ThriftValue => ({ type: TYPE.i32, content });
export const i64 = (content: number): ThriftValue => ({ type: TYPE.i64, content });
export const bool = (value: boolean): ThriftValue => ({
  type: value ? TYPE.true : TYPE.false,
  content: 0,
});
export const binary = (content: Uint8Array): ThriftValue => ({ type: TYPE.binary, content });
export const text = (value: string): ThriftValue => binary(encodeUtf8(value));
export const struct = (...content: readonly ThriftField[]): ThriftValue => ({
  type: TYPE.struct,
  content,
});
/** Of values of one type; not empty. */
export const list = (content: readonly ThriftValue[]): ThriftValue => ({
  type: TYPE.list,
  content,
});

function write(sink: ByteSink, { type, content }: ThriftValue): void {
  if (typeof content === 'number') {
    if (type === TYPE.i32 || type === TYPE.i64) sink.zigzag(content);
  } else if (content instanceof Uint8Array) {
    sink.varint(content.length);
    sink.append(content);
  } else if (type === TYPE.list) writeList(sink, content as readonly ThriftValue[]);
  else writeStruct(sink, content as readonly ThriftField[]);
}

function writeList(sink: ByteSink, values: readonly ThriftValue[]): void {
  const size = values.length;
  sink.byte((Math.min(size, 15) << 4) | values[0]!.type);
  if (size >= 15) sink.varint(size);
  for (const value of values) write(sink, value);
}

function writeStruct(sink: ByteSink, fields: readonly ThriftField[]): void {
  let last = 0;
  for (const [id, value] of fields) {
    if (!value) continue;
    const delta = id - last;
    if (delta > 15) {
      sink.byte(value.type);
      sink.zigzag(id);
    } else sink.byte((delta << 4) | value.type);
    last = id;
    write(sink, value);
  }
  sink.byte(0);
}

/** The compact-protocol bytes of a struct. Source: Apache Thrift, "Thrift Compact protocol encoding". */
export function encodeThrift(value: ThriftValue): Uint8Array {
  const sink = new ByteSink(256);
  write(sink, value);
  return sink.view();
}
