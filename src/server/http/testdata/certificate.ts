// A self-signed certificate for localhost and 127.0.0.1, made for one run of a test (RFC 5280, in DER by hand).
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes));
const boolean = (value: boolean) => der(0x01, Buffer.from([value ? 0xff : 0]));
const octets = (value: Uint8Array) => der(0x04, value);
const bits = (value: Uint8Array) => der(0x03, Buffer.from([0]), value);
const time = (at: Date) =>
  der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+/g, '')}`));

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const NAME = sequence(
  der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from('Weir test')))),
);

const extension = (id: number, isCritical: boolean, value: Uint8Array) =>
  sequence(oid(0x55, 0x1d, id), ...(isCritical ? [boolean(true)] : []), octets(value));

/** PEM. It is its own root. */
export function makeCertificate(
  ends = new Date(Date.now() + 86_400_000),
): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_SHA256,
    NAME,
    sequence(time(new Date(Date.now() - 2 * 86_400_000)), time(ends)),
    NAME,
    publicKey,
    der(
      0xa3,
      sequence(
        extension(0x13, true, sequence(boolean(true))),
        extension(0x11, false, names),
      ),
    ),
  );
  const signature = sign('sha256', body, createPrivateKey(privateKey));
  const base64 = sequence(body, ECDSA_SHA256, bits(signature)).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey,
  };
}
