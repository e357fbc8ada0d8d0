interface Decoder {
  decode(bytes: Uint8Array): string;
}
interface Encoder {
  encode(text: string): Uint8Array;
}

// Node and browsers both have these (WHATWG Encoding); core compiles with the types of neither.
const platform = globalThis as unknown as {
  TextDecoder: new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder;
  TextEncoder: new () => Encoder;
};
const utf8 = new platform.TextDecoder('utf-8', { ignoreBOM: true });
const latin1 = new platform.TextDecoder('latin1');
const encoder = new platform.TextEncoder();

/** Bytes as UTF-8 text; what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Bytes as text, one character a byte; the fast way for bytes known to be ASCII. */
export function decodeLatin1(bytes: Uint8Array): string {
  return latin1.decode(bytes);
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}
