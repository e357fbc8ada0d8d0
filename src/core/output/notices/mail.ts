import { encodeUtf8 } from '#core/base/index.ts';
import { addressesOf, cut, headline } from '../alert-parts.ts';
import { base64 } from '../base64.ts';
import { type AlertMessage, isoOf, messageId } from '../message.ts';

export interface MailHeads {
  readonly from: string;
  readonly to: readonly string[];
  /** The right side of the Message-ID. */
  readonly domain: string;
  /** ms since 1970. */
  readonly now: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

/** RFC 5322, section 3.3. */
function date(ms: number): string {
  const at = new Date(ms);
  const time = at.toISOString().slice(11, 19);
  return `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${time} +0000`;
}

/** Text for a header: nothing that ends a line; encoded words (RFC 2047) where it is not ASCII. */
function headerText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant.
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  const words: string[] = [];
  let word = '';
  for (const character of line) {
    // An encoded word has at most 75 characters, 63 of them base64.
    if (encodeUtf8(word + character).length > 45) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${base64(encodeUtf8(part))}?=`).join('\r\n ');
}

/** What the message says, as plain text. */
export function mailBody(alert: AlertMessage): string {
  const parts = [
    alert.description,
    [
      `Status: ${alert.status}`,
      `First seen: ${isoOf(alert.first)}`,
      `Last seen: ${isoOf(alert.last)}`,
      `Found by: ${alert.finder.name}`,
      ...(alert.techniques.length > 0 ? [`ATT&CK: ${alert.techniques.join(', ')}`] : []),
      ...(addressesOf(alert).length > 0 ? [`Addresses: ${addressesOf(alert).join(', ')}`] : []),
    ].join('\n'),
    alert.nextSteps.map((step) => `- ${step}`).join('\n'),
    alert.evidence.map(({ kql, rows }) => `${rows} rows prove it:\n${kql}`).join('\n\n'),
    alert.link ?? '',
    `${alert.id}, version ${alert.version}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/**
 * A message as RFC 5322 text, lines ending in CRLF. The body is UTF-8 in base64, so that nothing in it can be taken for a
 * header or for the end. Versions of one alert make one thread.
 */
export function mailText(alert: AlertMessage, heads: MailHeads): string {
  const id = (name: string) => `<${name}@${heads.domain}>`;
  const body = base64(encodeUtf8(cut(mailBody(alert), 100_000).replace(/\r?\n/g, '\r\n')));
  return [
    `Date: ${date(heads.now)}`,
    `From: ${headerText(heads.from)}`,
    `To: ${heads.to.map(headerText).join(',\r\n ')}`,
    `Message-ID: ${id(messageId(alert))}`,
    ...(alert.version > 1 ? [`References: ${id(`${alert.id}-1`)}`] : []),
    `Subject: ${headerText(cut(headline(alert), 300))}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(body.match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}
