import { encodeUtf8 } from '#core/base/index.ts';
import { type Message, messageTime } from './message.ts';
import { SEVERITY_NAMES } from './severity.ts';

/** How a message is put into syslog. */
export interface SyslogSettings {
  /** 0 kern … 23 local7 (RFC 5424, table 1). */
  readonly facility: number;
  readonly host: string;
  readonly app: string;
  readonly processId: string;
  readonly rfc: 5424 | 3164;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A header field: printable ASCII without spaces, cut to its limit; `-` when nothing is left (RFC 5424, section 6). */
const field = (text: string, limit: number): string =>
  text.replace(/[^\x21-\x7e]/g, '').slice(0, limit) || '-';

/** RFC 5424, section 6.3.3: `"`, `\` and `]` are escaped. */
const parameter = (text: string): string => text.replace(/["\\\]]/g, '\\$&');

/** The id of `weir@…`: 32473 is set aside for examples and private use (RFC 5612). */
const SD_ID = 'weir@32473';

/** Flows and other rows are information. */
const severityOf = (message: Message): number =>
  message.kind === 'row' ? 6 : SEVERITY_NAMES[message.severity].syslog;

/**
 * One syslog message around a text, without its frame. RFC 5424 with the message's id as structured data and the byte
 * order mark that says UTF-8; or, for old collectors, RFC 3164 in UTC.
 */
export function printSyslog(
  message: Message,
  id: string,
  text: string,
  settings: SyslogSettings,
  now: number,
): string {
  const priority = settings.facility * 8 + severityOf(message);
  const at = new Date(messageTime(message) ?? now);
  const host = field(settings.host, 255);
  const app = field(settings.app, settings.rfc === 5424 ? 48 : 32);
  if (settings.rfc === 3164) {
    const day = String(at.getUTCDate()).padStart(2, ' ');
    const time = at.toISOString().slice(11, 19);
    return `<${priority}>${MONTHS[at.getUTCMonth()]} ${day} ${time} ${host} ${app}[${field(settings.processId, 16)}]: ${oneLine(text)}`;
  }
  const data = `[${SD_ID} id="${parameter(oneLine(id))}"]`;
  return `<${priority}>1 ${at.toISOString()} ${host} ${app} ${field(settings.processId, 128)} ${field(message.kind, 32)} ${data} \ufeff${oneLine(text)}`;
}

/** What divides lines, and NUL, would end the message at many a receiver. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant.
const oneLine = (text: string): string => text.replace(/[\u0000\r\n]+/g, ' ');

/** `LEN SP MSG` (RFC 5425, section 4.3; RFC 6587, section 3.4.1), or the message and a line feed (section 3.4.2). */
export function frameSyslog(text: string, framing: 'octet-counting' | 'lf'): Uint8Array {
  if (framing === 'lf') return encodeUtf8(`${text}\n`);
  const body = encodeUtf8(text);
  const head = encodeUtf8(`${body.length} `);
  const frame = new Uint8Array(head.length + body.length);
  frame.set(head);
  frame.set(body, head.length);
  return frame;
}
