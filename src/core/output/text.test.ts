import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from '#core/base/index.ts';
import {
  type AlertMessage,
  type Context,
  FORMATS,
  formatNamed,
  frameSyslog,
  type Message,
  messageId,
  printLine,
  printSyslog,
} from './index.ts';
import { alert, flow, incident, other } from './testdata/messages.ts';

const context: Context = {
  version: '1.2.3',
  host: 'weir.example',
  sha1: (bytes) => createHash('sha1').update(bytes).digest(),
};

const line = (name: 'cef' | 'leef', message: Message) =>
  printLine(formatNamed(name), message, context);

/** As a collector reads CEF: header fields divided by bars that are not escaped, then keys before unescaped `=`. */
function readCef(text: string) {
  const fields: string[] = [];
  let field = '';
  let i = 'CEF:'.length;
  for (; fields.length < 7; i++) {
    const c = text[i];
    if (c === undefined) throw new Error('the header ends early');
    if (c === '\\') field += text[++i];
    else if (c === '|') {
      fields.push(field);
      field = '';
    } else field += c;
  }
  const rest = text.slice(i);
  const keys = [...rest.matchAll(/(?:^| )([A-Za-z0-9_.]+)(?<!\\)=/g)];
  const extension = Object.fromEntries(
    keys.map((match, k) => [
      match[1],
      rest
        .slice(match.index + match[0].length, keys[k + 1]?.index ?? rest.length)
        .replace(/\\([\\=n])/g, (_, c) => (c === 'n' ? '\n' : c)),
    ]),
  );
  return { fields, extension };
}

function readLeef(text: string) {
  const [version, ...header] = text.split('|', 6);
  const start = [version, ...header].join('|').length + 1;
  return {
    header,
    fields: Object.fromEntries(
      text
        .slice(start)
        .split('\t')
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  };
}

const HOSTILE = 'a|b=c\\d\ne\r\nf\0g\u{1F600}"]\t';

describe('CEF', () => {
  it('writes an alert', () => {
    expect(line('cef', alert)).toBe(
      'CEF:0|Weir|Weir|1.2.3|beacon|10.0.1.4 calls 203.0.113.9:443 every 60 s|8|rt=1772600767890 ' +
        'start=1772593567890 end=1772600647890 src=10.0.1.4 dst=203.0.113.9 shost=db-1 cat=alert act=new ' +
        'externalId=019524f0-1111-7abc-8def-0123456789ab cnt=120 ' +
        'msg=It called 120 times.\\nThe gaps differ by 1 s at most. cs1=T1071.001 cs1Label=mitreTechniques ' +
        'cs2=019524f0-2222-7abc-8def-0123456789ab cs2Label=incidentId ' +
        'cs3=https://weir.example/alerts/019524f0-1111-7abc-8def-0123456789ab cs3Label=link ' +
        'cs4=CommandAndControl cs4Label=mitreTactics cs5=detector Beaconing cs5Label=finder ' +
        'cn1=85 cn1Label=confidence cn2=2 cn2Label=version',
    );
  });

  it('writes a flow', () => {
    expect(line('cef', flow)).toBe(
      'CEF:0|Weir|Weir|1.2.3|Flows|Flow allowed|1|rt=1772600767000 start=1772600707000 end=1772600767000 ' +
        'src=128.232.110.120 dst=66.35.250.204 spt=34855 dpt=80 proto=TCP act=allowed out=1200 ' +
        'deviceDirection=1 dvchost=nic-1 externalId=0a1b-7 cs1=web|out\\=1 cs1Label=rule ' +
        'cs2=1:LQU9qZlK+B5F3KDmev6m5PMibrg\\= cs2Label=communityId cn1=4 cn1Label=packetsOut',
    );
  });

  it('puts IPv6 where the format wants it', () => {
    const v6 = { ...flow, values: { ...flow.values, SrcIp: '2001:db8::1', DestIp: '2001:db8::2' } };
    expect(readCef(line('cef', v6)).extension).toMatchObject({
      c6a2: '2001:db8::1',
      c6a2Label: 'Source IPv6 Address',
      c6a3: '2001:db8::2',
    });
  });

  it('carries the columns of any row', () => {
    expect(readCef(line('cef', other)).extension).toEqual({
      externalId: 'q-1',
      'ad.Host': 'db-1',
      'ad.Bytes': '9007199254740993',
      'ad.Tags': '{"a":[1]}',
    });
  });

  it('reads back whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const read = readCef(line('cef', { ...alert, title: `x${text}`, description: `y${text}` }));
        expect(read.fields).toHaveLength(7);
        expect(read.extension['act']).toBe('new');
        expect(read.extension['cn2']).toBe('2');
        const kept = `y${text}`
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what the format does not carry.
          .replace(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g, ' ')
          .replace(/\r\n?/g, '\n');
        expect(read.extension['msg']).toBe(kept);
      }),
    );
  });

  /** Longest values by the extension dictionary, version 25; of those that we fill with text. */
  const LIMITS: Readonly<Record<string, number>> = {
    act: 63,
    cat: 1023,
    cs1: 4000,
    cs2: 4000,
    cs3: 4000,
    cs4: 4000,
    cs5: 4000,
    cs6: 4000,
    dvchost: 100,
    externalId: 40,
    msg: 1023,
    proto: 31,
    shost: 1023,
    suser: 1023,
  };

  it('keeps every value within what its key may hold', () => {
    const long = 'x'.repeat(5000);
    const wide: Message[] = [
      { ...alert, id: long, description: long, incidentId: long, link: long, techniques: [long] },
      { ...flow, id: long, values: { ...flow.values, AclRule: long, Observer: long } },
    ];
    for (const message of wide)
      for (const [key, value] of Object.entries(readCef(line('cef', message)).extension))
        if (key in LIMITS)
          expect([key, String(value).length <= (LIMITS[key] ?? 0)]).toEqual([key, true]);
  });

  it('says which version of a row it is', () => {
    const { extension } = readCef(
      line('cef', { ...flow, revision: { number: 3, isWithdrawn: false } }),
    );
    expect(extension).toMatchObject({ cn3: '3', cn3Label: 'revision', cs6: 'current' });
  });

  it('cuts what is huge', () => {
    const huge = { ...alert, title: '\u{1F600}'.repeat(1e5), description: 'd'.repeat(1e6) };
    expect(line('cef', huge).length).toBeLessThan(8000);
    expect(line('cef', huge).isWellFormed()).toBe(true);
  });
});

describe('LEEF', () => {
  it('writes an alert and a flow', () => {
    const read = readLeef(line('leef', alert));
    expect(read.header).toEqual(['Weir', 'Weir', '1.2.3', 'beacon', 'x09']);
    expect(read.fields).toMatchObject({
      devTime: '2026-03-04T05:06:07.890Z',
      sev: '8',
      src: '10.0.1.4',
      reason: 'It called 120 times. The gaps differ by 1 s at most.',
    });
    expect(readLeef(line('leef', flow)).fields).toMatchObject({
      srcPort: '34855',
      policy: 'web|out=1',
      communityId: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    });
  });

  it('lets no value end its field', () => {
    const read = readLeef(line('leef', { ...alert, title: HOSTILE, description: HOSTILE }));
    expect(read.fields['name']).toBe('a|b=c\\d e f g\u{1F600}"] ');
    expect(read.fields['status']).toBe('new');
  });
});

describe('syslog', () => {
  const settings = {
    facility: 13,
    host: 'weir.example',
    app: 'weir',
    processId: '7',
    rfc: 5424,
  } as const;

  it('writes RFC 5424', () => {
    expect(printSyslog(alert, messageId(alert), 'text', settings, 0)).toBe(
      '<107>1 2026-03-04T05:06:07.890Z weir.example weir 7 alert ' +
        '[weir@32473 id="019524f0-1111-7abc-8def-0123456789ab-2"] \ufefftext',
    );
  });

  it('writes RFC 3164 with the day padded by a space', () => {
    expect(printSyslog(flow, flow.id, 'text', { ...settings, rfc: 3164 }, 0)).toBe(
      '<110>Mar  4 05:06:07 weir.example weir[7]: text',
    );
  });

  it('keeps a message in one piece whatever stands in it', () => {
    const text = printSyslog(
      other,
      HOSTILE,
      HOSTILE,
      { ...settings, host: 'a b\nc', app: '' },
      Date.UTC(2026, 0, 1),
    );
    expect(text).not.toMatch(/[\r\n\0]/);
    expect(text).toContain('2026-01-01T00:00:00.000Z abc - 7 row [weir@32473 id="a|b=c\\\\d e f g');
    const framed = decodeUtf8(frameSyslog(text, 'octet-counting'));
    const length = Number(framed.slice(0, framed.indexOf(' ')));
    expect(new TextEncoder().encode(framed.slice(framed.indexOf(' ') + 1)).length).toBe(length);
  });

  it('counts octets, not characters', () => {
    expect(decodeUtf8(frameSyslog('é\u{1F600}', 'octet-counting'))).toBe('6 é\u{1F600}');
    expect(decodeUtf8(frameSyslog('é', 'lf'))).toBe('é\n');
  });
});

describe('every format', () => {
  const hostile: AlertMessage = {
    ...alert,
    title: HOSTILE,
    description: '\ud800',
    tactics: ['Nonsense'],
    techniques: ['T1.2.3', ''],
    entities: [{ type: 'IP', identifiers: {}, role: 'actor' }],
  };
  const messages: readonly Message[] = [
    alert,
    incident,
    flow,
    other,
    hostile,
    {
      ...flow,
      values: { ...flow.values, TimeGenerated: 'never', IpProtocol: 999, SrcIp: '::bad::' },
    },
    { ...other, values: { __proto__: 1, a: HOSTILE, TimeGenerated: null } },
  ];

  for (const format of FORMATS)
    it(`${format.name} prints any message as one line`, () => {
      for (const message of messages) {
        const text = printLine(format, message, context);
        expect(text).not.toMatch(/[\r\n\0]/);
        if (format.kind === 'document') JSON.parse(text);
      }
    });
});
