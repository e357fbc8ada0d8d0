/**
 * One or more feeds in each format, with what must come of them: the indicators as `type value[#port] role`, and the refusals
 * by reason. Written for the tests; addresses and names are those of documentation.
 */
export interface FeedSample {
  readonly format: string;
  readonly title: string;
  readonly text: string;
  readonly takes: readonly string[];
  readonly refuses?: Readonly<Record<string, number>>;
  readonly withdraws?: readonly string[];
}

const stixIndicator = (id: number, pattern: string, more: object = {}) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
  created: '2026-01-01T00:00:00Z',
  modified: '2026-01-01T00:00:00Z',
  pattern,
  pattern_type: 'stix',
  valid_from: '2026-01-01T00:00:00Z',
  indicator_types: ['malicious-activity'],
  ...more,
});

export const FEED_SAMPLES: readonly FeedSample[] = [
  {
    format: 'stix',
    title: 'OR splits, hashes of one file, address with port, suffix, subset',
    text: JSON.stringify({
      type: 'bundle',
      id: 'bundle--00000000-0000-4000-8000-00000000000a',
      objects: [
        stixIndicator(
          1,
          "[ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'C2.Example.NET']",
        ),
        stixIndicator(
          2,
          "[file:hashes.'SHA-256' = 'AA' OR file:hashes.MD5 = '00112233445566778899aabbccddeeff']",
        ),
        stixIndicator(
          3,
          "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.8' AND network-traffic:dst_port = 4444]",
        ),
        stixIndicator(4, "[domain-name:value LIKE '%.evil.example']"),
        stixIndicator(5, "[ipv4-addr:value ISSUBSET '198.51.100.0/28']"),
        stixIndicator(6, "[url:value IN ('http://a.example/x', 'http://b.example:80/y#z')]"),
      ],
    }),
    takes: [
      'ip 198.51.100.7 unknown',
      'domain c2.example.net unknown',
      'md5 00112233445566778899aabbccddeeff unknown',
      'ip 198.51.100.8#4444 unknown',
      'domain-suffix evil.example unknown',
      'cidr 198.51.100.0/28 unknown',
      'url http://a.example/x unknown',
      'url http://b.example/y unknown',
    ],
  },
  {
    format: 'stix',
    title: 'what is beyond single values is refused, not loosened',
    text: JSON.stringify({
      objects: [
        stixIndicator(
          1,
          "[ipv4-addr:value = '198.51.100.7'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.8']",
        ),
        stixIndicator(2, "[ipv4-addr:value = '198.51.100.7'] WITHIN 60 SECONDS"),
        stixIndicator(3, "[ipv4-addr:value = '198.51.100.7' AND domain-name:value = 'a.example']"),
        stixIndicator(4, "[domain-name:value NOT = 'a.example']"),
        stixIndicator(5, "[domain-name:value MATCHES '^(a+)+$']"),
        stixIndicator(6, "[process:name = 'x']"),
        stixIndicator(7, "[domain-name:value = 'a.example'"),
        stixIndicator(8, 'rule x { condition: true }', { pattern_type: 'yara' }),
        stixIndicator(9, "[domain-name:value = 'fine.example']", { indicator_types: ['benign'] }),
        { type: 'observed-data', id: 'observed-data--00000000-0000-4000-8000-00000000000b' },
        stixIndicator(10, "[domain-name:value = 'gone.example']", { revoked: true }),
      ],
    }),
    takes: [],
    refuses: { 'unsupported-pattern': 8, benign: 1, 'not-an-indicator': 1 },
    withdraws: ['indicator--00000000-0000-4000-8000-000000000010'],
  },
  {
    format: 'stix',
    title: 'the newest version of an id holds; malware comes by relationship',
    text: JSON.stringify([
      stixIndicator(1, "[domain-name:value = 'old.example']"),
      stixIndicator(1, "[domain-name:value = 'new.example']", {
        modified: '2026-02-01T00:00:00Z',
        labels: ['c2'],
      }),
    ]),
    takes: ['domain new.example c2'],
    refuses: { withdrawn: 1 },
  },
  {
    format: 'misp',
    title: 'event with objects, composite types, context and deleted attributes',
    text: JSON.stringify({
      Event: {
        uuid: 'e',
        info: 'Emotet botnet c2',
        Tag: [{ name: 'tlp:amber' }, { name: 'misp-galaxy:malpedia="Emotet"' }],
        Attribute: [
          {
            uuid: '1',
            type: 'ip-dst|port',
            category: 'Network activity',
            value: '198.51.100.9|443',
            to_ids: true,
          },
          {
            uuid: '2',
            type: 'domain|ip',
            category: 'Network activity',
            value: 'x.example|198.51.100.10',
            to_ids: true,
          },
          {
            uuid: '3',
            type: 'filename|md5',
            category: 'Payload delivery',
            value: 'a.exe|00112233445566778899aabbccddeeff',
            to_ids: true,
          },
          { uuid: '4', type: 'text', category: 'Other', value: 'hello', to_ids: false },
          {
            uuid: '5',
            type: 'domain',
            category: 'Network activity',
            value: 'old.example',
            to_ids: true,
            deleted: true,
          },
          {
            uuid: '6',
            type: 'regkey',
            category: 'Persistence mechanism',
            value: 'HKLM',
            to_ids: true,
          },
        ],
        Object: [
          {
            name: 'url',
            Attribute: [
              {
                uuid: '7',
                type: 'url',
                category: 'Network activity',
                value: 'hxxp://y[.]example/a',
                to_ids: true,
              },
            ],
          },
        ],
      },
    }),
    takes: [
      'ip 198.51.100.9#443 unknown',
      'domain x.example unknown',
      'ip 198.51.100.10 unknown',
      'md5 00112233445566778899aabbccddeeff payload',
      'url http://y.example/a unknown',
    ],
    refuses: { 'not-for-detection': 1, 'unsupported-type': 1 },
    withdraws: ['5'],
  },
  {
    format: 'misp',
    title: 'restSearch of attributes',
    text: JSON.stringify({
      response: {
        Attribute: [
          {
            type: 'hostname',
            category: 'Network activity',
            value: 'Bücher.example.',
            to_ids: true,
          },
        ],
      },
    }),
    takes: ['domain xn--bcher-kva.example unknown'],
  },
  {
    format: 'threatfox',
    title: 'API answer',
    text: JSON.stringify({
      query_status: 'ok',
      data: [
        {
          id: '1',
          ioc: '2001:db8:1::5:40669',
          threat_type: 'botnet_cc',
          ioc_type: 'ip:port',
          confidence_level: 75,
          first_seen: '2026-01-02 03:04:05 UTC',
        },
        {
          id: '2',
          ioc: 'pay.example',
          threat_type: 'payload_delivery',
          ioc_type: 'domain',
          confidence_level: 100,
        },
        { id: '3', ioc: 'zz', threat_type: 'payload', ioc_type: 'md5_hash' },
      ],
    }),
    takes: ['ip 2001:db8:1::5#40669 c2', 'domain pay.example payload'],
    refuses: { 'malformed-hash': 1 },
  },
  {
    format: 'threatfox',
    title: 'CSV export',
    text: `# ThreatFox\n# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","malware_printable","confidence_level"\n"2026-01-02 03:04:05","7","198.51.100.4:8443","ip:port","botnet_cc","Cobalt Strike","100"\n`,
    takes: ['ip 198.51.100.4#8443 c2'],
  },
  {
    format: 'urlhaus',
    title: 'CSV',
    text: `# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n"9","2026-01-02 03:04:05","http://198.51.100.4:80/a%7Eb","online","2026-01-03 00:00:00","malware_download","elf,mozi","https://urlhaus.example/9/","x"\n"10","2026-01-02 03:04:05","http://","offline","","malware_download","None","",""\n`,
    takes: ['url http://198.51.100.4/a~b payload'],
    refuses: { 'malformed-url': 1 },
  },
  {
    format: 'feodo',
    title: 'JSON',
    text: JSON.stringify([
      {
        ip_address: '198.51.100.5',
        port: 449,
        status: 'online',
        as_number: 64500,
        country: 'US',
        first_seen: '2026-01-01 00:00:00',
        last_online: '2026-01-02',
        malware: 'TrickBot',
      },
    ]),
    takes: ['ip 198.51.100.5#449 c2'],
  },
  {
    format: 'feodo',
    title: 'CSV',
    text: `# Feodo\n"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"\n"2026-01-01 00:00:00","198.51.100.6","443","online","2026-01-02","QakBot"\n`,
    takes: ['ip 198.51.100.6#443 c2'],
  },
  {
    format: 'malwarebazaar',
    title: 'CSV: all hashes of a sample in one row',
    text: `# "first_seen_utc","sha256_hash","md5_hash","sha1_hash","reporter","file_name"\n"2026-01-01 00:00:00","${'a'.repeat(64)}","${'b'.repeat(32)}","${'c'.repeat(40)}","x","y.exe"\n`,
    takes: [
      `sha256 ${'a'.repeat(64)} payload`,
      `sha1 ${'c'.repeat(40)} payload`,
      `md5 ${'b'.repeat(32)} payload`,
    ],
  },
  {
    format: 'sslbl',
    title: 'certificates',
    text: `# Listingdate,SHA1,Listingreason\n2026-01-01 00:00:00,${'d'.repeat(40)},Quakbot C&C\n2026-01-01 00:00:00,zz,Quakbot C&C\n`,
    takes: [`cert-sha1 ${'d'.repeat(40)} c2`],
    refuses: { 'malformed-hash': 1 },
  },
  {
    format: 'sslbl',
    title: 'addresses',
    text: '# Firstseen,DstIP,DstPort\n2026-01-01 00:00:00,198.51.100.11,6000\n',
    takes: ['ip 198.51.100.11#6000 c2'],
  },
  {
    format: 'spamhaus-drop',
    title: 'text',
    text: '; Spamhaus DROP List\n198.51.100.0/24 ; SBL1\n203.0.113.5/24 ; SBL2\n',
    takes: ['cidr 198.51.100.0/24 hijacked'],
    refuses: { 'host-bits-set': 1 },
  },
  {
    format: 'spamhaus-drop',
    title: 'JSON lines with metadata',
    text: `{"cidr":"198.51.100.0/24","sblid":"SBL1","rir":"apnic"}\n{"type":"metadata","timestamp":1,"records":1,"copyright":"x"}\n`,
    takes: ['cidr 198.51.100.0/24 hijacked'],
  },
  {
    format: 'spamhaus-drop',
    title: 'ASN-DROP',
    text: `{"asn":64500,"rir":"ripencc","domain":"bad.example","cc":"XX","asname":"BAD"}\n`,
    takes: ['asn AS64500 hijacked'],
  },
  {
    format: 'otx',
    title: 'subscribed pulses',
    text: JSON.stringify({
      results: [
        {
          name: 'Campaign',
          created: '2026-01-01T00:00:00',
          tags: ['c2'],
          indicators: [
            { indicator: '198.51.100.12', type: 'IPv4' },
            { indicator: '/gate.php', type: 'URI' },
            { indicator: 'CVE-2020-1', type: 'CVE' },
            { indicator: 'gone.example', type: 'domain', is_active: 0 },
          ],
        },
      ],
    }),
    takes: ['ip 198.51.100.12 c2', 'url-path /gate.php c2'],
    refuses: { 'unsupported-type': 1, expired: 1 },
  },
  {
    format: 'anomali',
    title: 'API answer',
    text: JSON.stringify({
      objects: [
        {
          itype: 'phish_url',
          type: 'url',
          value: 'http://p.example/',
          confidence: 80,
          status: 'active',
        },
        { itype: 'c2_ip', type: 'ip', value: '198.51.100.13', status: 'inactive' },
      ],
    }),
    takes: ['url http://p.example/ phishing'],
    refuses: { expired: 1 },
  },
  {
    format: 'cif',
    title: 'feed',
    text: `{"indicator":"198.51.100.14","itype":"ipv4","provider":"x","tags":["scanner"],"confidence":8,"tlp":"green"}\n`,
    takes: ['ip 198.51.100.14 scanner'],
  },
  {
    format: 'threatq',
    title: 'indicators',
    text: JSON.stringify({
      data: [
        {
          id: 1,
          value: '198.51.100.15',
          type: { name: 'IP Address' },
          status: { name: 'Active' },
          score: 6,
        },
        { id: 2, value: 'good.example', type: { name: 'FQDN' }, status: { name: 'Whitelisted' } },
      ],
    }),
    takes: ['ip 198.51.100.15 unknown'],
    refuses: { benign: 1 },
  },
  {
    format: 'recorded-future',
    title: 'risk list with evidence',
    text: `"Name","Risk","RiskString","EvidenceDetails"\n"dga.example","96","1/45","{""EvidenceDetails"": [{""Rule"": ""Recent C&C DNS Name"", ""Criticality"": 4.0, ""Timestamp"": ""2026-01-01T00:00:00.000Z""}]}"\n`,
    takes: ['domain dga.example c2'],
  },
  {
    format: 'zeek-intel',
    title: 'types of Zeek',
    text: '#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n198.51.100.16\tIntel::ADDR\tx\tbotnet c2\nw.example/a\tIntel::URL\tx\t-\nadmin\tIntel::USER_NAME\tx\t-\n',
    takes: ['ip 198.51.100.16 c2', 'url w.example/a unknown'],
    refuses: { 'unsupported-type': 1 },
  },
  {
    format: 'dshield',
    title: 'networks of scanners',
    text: '# DShield\nStart\tEnd\tNetblock\tAttacks\tName\tCountry\temail\n198.51.100.0\t198.51.100.255\t24\t788\tX\tJP\ta@b.example\n',
    takes: ['cidr 198.51.100.0/24 scanner'],
  },
  {
    format: 'rpz',
    title: 'zone with wildcards, addresses and a name that passes',
    text: '$TTL 60\n@ IN SOA localhost. root.localhost. (\n 1 2 3\n 4 5 )\n@ IN NS localhost.\nbad.example CNAME .\n*.worse.example CNAME .\ngood.example CNAME rpz-passthru.\n24.0.100.51.198.rpz-ip CNAME .\n*.co.uk CNAME .\n',
    takes: [
      'domain bad.example unknown',
      'domain-suffix worse.example unknown',
      'cidr 198.51.100.0/24 unknown',
    ],
    refuses: { benign: 1, 'public-suffix': 1 },
  },
  {
    format: 'hosts',
    title: 'hosts file',
    text: '127.0.0.1 localhost\n0.0.0.0 ads.example # ads\n0.0.0.0 a.example b.example\n0.0.0.0 nodot\n',
    takes: ['domain ads.example unknown', 'domain a.example unknown', 'domain b.example unknown'],
    refuses: { benign: 1, 'bare-name': 1 },
  },
  {
    format: 'adguard',
    title: 'DNS rules',
    text: '! Title\n||track.example^\n||sub.track.example^$third-party\n@@||fine.example^\nexample.org##.banner\n/ads[0-9]+/\n||co.uk^\n',
    takes: ['domain-suffix track.example unknown', 'domain-suffix sub.track.example unknown'],
    refuses: { benign: 1, 'unsupported-pattern': 2, 'public-suffix': 1 },
  },
  {
    format: 'maltrail',
    title: 'trails',
    text: 'evil.example,malware (test),(static)\n198.51.100.17,phishing (test),(static)\n198.51.100.18:8443,malware (test),(static)\n[2001:db8::1]:443,malware (test),(static)\n/login.php,malware (test),(static)\nu.example/bad/path,malware (test),(static)\ndga[0-9]+\\.w.example,malware (test),(static)\nnodot,malware (test),(static)\n',
    takes: [
      'domain-suffix evil.example payload',
      'ip 198.51.100.17 phishing',
      'ip 198.51.100.18#8443 payload',
      'ip 2001:db8::1#443 payload',
      'url-path /login.php payload',
      'url u.example/bad/path payload',
    ],
    refuses: { 'unsupported-pattern': 1, 'bare-name': 1 },
  },
  {
    format: 'json',
    title: 'objects with telling names',
    text: JSON.stringify([
      { Indicator: 'j.example', Description: 'x' },
      { url: 'http://u.example/', ip: '198.51.100.19', type: 'PHISHING' },
      { note: 'nothing' },
    ]),
    takes: ['domain j.example unknown', 'url http://u.example/ phishing'],
    refuses: { 'no-observable': 1 },
  },
  {
    format: 'csv',
    title: 'header in a comment, other delimiter',
    text: '#category|address|asn|timestamp\nbot|198.51.100.20|64496|2026-01-01 00:00:00\nbruteforce|10.0.0.1|64496|2026-01-01 00:00:00\n',
    takes: ['ip 198.51.100.20 c2'],
    refuses: { 'reserved-address': 1 },
  },
  {
    format: 'csv',
    title: 'no header: the first cell that can be looked for',
    text:
      '198.51.100.21,IP used by emotet C&C,2026-01-01 18:02,http://manual.example/x.txt\n' +
      '198.51.100.22,IP used by emotet C&C,2026-01-01 18:02,x\n'.repeat(9) +
      '"open,x,y,z\n',
    takes: ['ip 198.51.100.21 c2', ...Array<string>(9).fill('ip 198.51.100.22 c2')],
    refuses: { 'malformed-record': 1 },
  },
  {
    format: 'plain',
    title: 'anything a line',
    text: '# comment\n198.51.100.22 # seen\n198.51.100.0/25\nhxxps://q[.]example/x\nfoo.example\n8.0.0.0/7\n198.51.100.22:99999\nAS64501\n\nvery bad\nfile.exe\n',
    takes: [
      'ip 198.51.100.22 unknown',
      'cidr 198.51.100.0/25 unknown',
      'url https://q.example/x unknown',
      'domain foo.example unknown',
      'asn AS64501 unknown',
    ],
    refuses: { 'network-too-wide': 1, 'malformed-port': 1, 'bare-name': 1, 'unknown-suffix': 1 },
  },
  {
    format: 'web-page',
    title: 'a page in the place of a list',
    text: '<!doctype html>\n<html><body>198.51.100.23</body></html>\n',
    takes: [],
    refuses: { 'web-page': 2 },
  },
];
