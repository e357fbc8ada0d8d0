import { encodeUtf8 } from '#core/base/index.ts';
import { ByteSink } from './byte-sink.ts';

/**
 * A value of Thrift's compact protocol, as far as Parquet's metadata uses it.
 * Struct fields are pairs of id and value in rising order of id; undefined values are left out.
 */
export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly bool: boolean }
  | { readonly i8: number }
  | { readonly bytes: Uint8Array }
  | { readonly text: string }
  | { readonly list: readonly ThriftValue[]; readonly of: 'i32' | 'text' | 'struct' }
  | { readonly struct: readonly (readonly [id: number, value: ThriftValue | undefined])[] };

const ELEMENT_TYPES = { i32: 5, text: 8, struct: 12 } as const;

function typeOf(value: ThriftValue): number {
  if ('bool' in value) return value.bool ? 1 : 2;
  if ('i8' in value) return 3;
  if ('i32' in value) return 5;
  if ('i64' in value) return 6;
  if ('bytes' in value || 'text' in value) return 8;
  return 'list' in value ? 9 : 12;
}

function write(sink: ByteSink, value: ThriftValue): void {
  if ('i32' in value) sink.zigzag(value.i32);
  else if ('i64' in value) sink.zigzag(value.i64);
  else if ('i8' in value) sink.byte(value.i8);
  else if ('text' in value) writeBytes(sink, encodeUtf8(value.text));
  else if ('bytes' in value) writeBytes(sink, value.bytes);
  else if ('list' in value) {
    const size = value.list.length;
    sink.byte(((size < 15 ? size : 15) << 4) | ELEMENT_TYPES[value.of]);
    if (size >= 15) sink.varint(size);
    for (const item of value.list) write(sink, item);
  } else if ('struct' in value) {
    let last = 0;
    for (const [id, field] of value.struct) {
      if (!field) continue;
      const delta = id - last;
      if (delta > 15) {
        sink.byte(typeOf(field));
        sink.zigzag(id);
      } else sink.byte((delta << 4) | typeOf(field));
      last = id;
      write(sink, field);
    }
    sink.byte(0);
  }
}

function writeBytes(sink: ByteSink, bytes: Uint8Array): void {
  sink.varint(bytes.length);
  sink.append(bytes);
}

/** The compact-protocol bytes of a struct. Source: Apache Thrift, "Thrift Compact protocol encoding". */
export function encodeThrift(value: ThriftValue): Uint8Array {
  const sink = new ByteSink(256);
  write(sink, value);
  return sink.view();
}
