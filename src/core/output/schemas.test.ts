import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTITY_TYPES, SEVERITIES } from '#core/alert/index.ts';
import { type AlertMessage, formatNamed, type JsonObject, type Message } from './index.ts';
import { judgeEcs } from './testdata/judge-ecs.ts';
import { judgeOcsf } from './testdata/judge-ocsf.ts';
import { alert, flow, incident, other } from './testdata/messages.ts';

/** As a receiver gets it. */
function written(name: 'ocsf' | 'ecs', message: Message): JsonObject {
  const document = formatNamed(name).print(message, {
    version: '1.2.3',
    host: 'weir.example',
    sha1: (bytes) => createHash('sha1').update(bytes).digest(),
  });
  return JSON.parse(JSON.stringify(document));
}

const addresses = fc.constantFrom('10.0.0.1', '2001:db8::1', '', 'not an address', '::bad::');
const counters = fc.constantFrom(null, 0, 7, '9007199254740993');
const instants = fc.constantFrom('2026-03-04T05:06:07.1234567Z', 'never', '', null);

const anyFlow = fc.record({
  TimeGenerated: instants,
  FlowStartTime: instants,
  FlowEndTime: instants,
  SrcIp: addresses,
  DestIp: addresses,
  SrcPort: fc.option(fc.nat(65_535)),
  DestPort: fc.option(fc.nat(65_535)),
  L4Protocol: fc.constantFrom('T', 'U', 'ICMP', 'X', ''),
  IpProtocol: fc.option(fc.nat(255)),
  FlowDirection: fc.constantFrom('Inbound', 'Outbound', ''),
  FlowStatus: fc.constantFrom('Allowed', 'Denied', ''),
  AclRule: fc.string(),
  Observer: fc.string(),
  BytesSrcToDest: counters,
  BytesDestToSrc: counters,
  PacketsSrcToDest: counters,
  Region: fc.string(),
});

const anyAlert: fc.Arbitrary<AlertMessage> = fc
  .record(
    {
      kind: fc.constantFrom('alert' as const, 'incident' as const),
      version: fc.integer({ min: 1, max: 9 }),
      status: fc.constantFrom('new' as const, 'active' as const, 'closed' as const),
      title: fc.string(),
      severity: fc.constantFrom(...SEVERITIES),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      finder: fc.record({
        kind: fc.constantFrom('rule', 'detector', 'indicator', 'canary'),
        id: fc.string(),
        name: fc.string(),
        version: fc.string(),
        family: fc.string(),
      }),
      tactics: fc.array(fc.constantFrom('CommandAndControl', 'Nonsense', '')),
      techniques: fc.array(fc.constantFrom('T1071.001', 'T1046', '')),
      entities: fc.array(
        fc.record({
          type: fc.constantFrom(...ENTITY_TYPES),
          role: fc.constantFrom('actor' as const, 'target' as const, 'related' as const),
          identifiers: fc.record({ Address: addresses }),
        }),
      ),
      evidence: fc.array(fc.record({ kql: fc.string(), rows: fc.nat() }), { maxLength: 3 }),
      owner: fc.string({ minLength: 1 }),
      incidentId: fc.string(),
      link: fc.constant('https://weir.example/incidents/1'),
    },
    { requiredKeys: [] },
  )
  .map((more) => ({ ...alert, ...more }));

const MESSAGES = [
  ['alert', alert],
  ['incident', incident],
  ['flow', flow],
  ['row', other],
  ['corrected row', { ...flow, revision: { number: 2, isWithdrawn: false } }],
  [
    'withdrawn row',
    {
      ...flow,
      revision: { number: 2, isWithdrawn: true },
      values: { TimeGenerated: '2026-03-04T05:06:07Z' },
    },
  ],
] as const;

describe('OCSF, judged by its published schema', () => {
  it.each(MESSAGES)('is right for this %s', (_, message) => {
    expect(judgeOcsf(written('ocsf', message))).toEqual([]);
  });

  it('is right for any flow and alert', () => {
    fc.assert(
      fc.property(anyFlow, (values) => {
        expect(judgeOcsf(written('ocsf', { ...flow, values }))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(anyAlert, (message) => {
        expect(judgeOcsf(written('ocsf', message))).toEqual([]);
      }),
    );
  });

  it.each([
    ['severity_id', 7, 'severity_id cannot be 7'],
    ['severity', 'Low', 'severity_id is 4, which is High'],
    ['type_uid', 1, 'type_uid is 1, not 200402'],
    ['nonsense', 1, 'detection_finding has no nonsense'],
    ['time', '2026-03-04', 'time is no timestamp_t'],
    ['action_id', 1, 'of the profile security_control'],
    ['finding_info', undefined, 'finding_info is required'],
    ['metadata', { version: '1.0.0', product: {} }, 'metadata.version is 1.0.0'],
    [
      'observables',
      [{ name: 'evidences[].src_endpoint.ip', type_id: 2, value: '1.1.1.1' }],
      'no evidences',
    ],
  ])('would be found wrong by %s', (attribute, value, says) => {
    const faults = judgeOcsf({ ...written('ocsf', alert), [attribute]: value });
    expect(faults.join('\n')).toContain(says);
  });
});

describe('ECS, judged by its published schema', () => {
  it.each(MESSAGES)('is right for this %s', (_, message) => {
    // A row without a time has none to show; a data stream refuses it.
    const faults = judgeEcs(written('ecs', message));
    expect(faults).toEqual(message === other ? ['@timestamp is required'] : []);
  });

  it('is right for any flow and alert', () => {
    fc.assert(
      fc.property(anyFlow, (values) => {
        const timed = { ...values, TimeGenerated: '2026-03-04T05:06:07Z' };
        expect(judgeEcs(written('ecs', { ...flow, values: timed }))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(anyAlert, (message) => {
        expect(judgeEcs(written('ecs', message))).toEqual([]);
      }),
    );
  });

  it.each([
    ['source', { ip: 'not an address' }, 'source.ip is no ip'],
    ['event', { kind: 'beacon' }, 'event.kind cannot be beacon'],
    ['event', { category: 'network' }, 'event.category is no list'],
    ['event', { category: ['network'], type: ['indicator'] }, 'does not go with'],
    ['nonsense', 1, 'there is no nonsense'],
  ])('would be found wrong by %s %j', (field, value, says) => {
    expect(judgeEcs({ ...written('ecs', alert), [field]: value }).join('\n')).toContain(says);
  });
});
