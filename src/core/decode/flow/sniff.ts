/** True when the ASCII `text` occurs in the bytes. */
export function includesText(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let i = bytes.indexOf(first); i >= 0; i = bytes.indexOf(first, i + 1)) {
    let k = 1;
    while (k < text.length && bytes[i + k] === text.charCodeAt(k)) k++;
    if (k === text.length) return true;
  }
  return false;
}

/** True when the bytes begin like JSON and hold every one of the texts. */
export function hasKeys(head: Uint8Array, keys: readonly string[]): boolean {
  let i = 0;
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) i = 3;
  while (
    head[i] === 0x20 ||
    head[i] === 0x0a ||
    head[i] === 0x0d ||
    head[i] === 0x09 ||
    head[i] === 0x2c
  )
    i++;
  return (head[i] === 0x7b || head[i] === 0x5b) && keys.every((key) => includesText(head, key));
}
