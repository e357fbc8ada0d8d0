const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648, section 4. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    for (let k = 0; k < 4; k++)
      text += i + k > bytes.length ? '=' : ALPHABET[(bits >> (18 - 6 * k)) & 63];
  }
  return text;
}

/** Reads base64; what is none of its characters is passed over. */
export function decodeBase64(text: string): Uint8Array {
  const digits = [...text].map((c) => ALPHABET.indexOf(c)).filter((digit) => digit >= 0);
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  for (let i = 0; i < bytes.length; i++) {
    const at = Math.floor((i * 4) / 3);
    const pair = ((digits[at] ?? 0) << 6) | (digits[at + 1] ?? 0);
    bytes[i] = pair >> [4, 2, 0][i % 3]!;
  }
  return bytes;
}
