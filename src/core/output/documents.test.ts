import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Context, communityId, type FormatName, formatNamed, type Message } from './index.ts';
import { alert, flow, incident, other } from './testdata/messages.ts';

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest();
const context: Context = { version: '1.2.3', host: 'weir.example', sha1 };

/** As a receiver gets it. */
function document(name: FormatName, message: Message) {
  return JSON.parse(JSON.stringify(formatNamed(name).print(message, context)));
}

describe('ECS', () => {
  it('writes an alert', () => {
    expect(document('ecs', alert)).toMatchObject({
      '@timestamp': '2026-03-04T05:06:07.890Z',
      ecs: { version: '8.17.0' },
      event: {
        kind: 'alert',
        category: ['intrusion_detection'],
        severity: 73,
        id: alert.id,
        sequence: 2,
        start: '2026-03-04T03:06:07.890Z',
      },
      rule: { id: 'beacon', name: 'Beaconing' },
      threat: {
        framework: 'MITRE ATT&CK',
        tactic: { id: ['TA0011'], name: ['Command and Control'] },
        technique: { id: ['T1071'], subtechnique: { id: ['T1071.001'] } },
      },
      source: { ip: '10.0.1.4' },
      destination: { ip: '203.0.113.9' },
      related: { ip: ['10.0.1.4', '203.0.113.9'], hosts: ['db-1'] },
    });
  });

  it('writes a flow with every column it has', () => {
    expect(document('ecs', flow)).toEqual({
      '@timestamp': '2026-03-04T05:06:07.000Z',
      ecs: { version: '8.17.0' },
      observer: {
        vendor: 'Weir',
        product: 'Weir',
        type: 'ids',
        version: '1.2.3',
        hostname: 'weir.example',
      },
      labels: { message_id: '0a1b-7' },
      event: {
        kind: 'event',
        category: ['network'],
        type: ['connection', 'allowed'],
        action: 'network_flow',
        outcome: 'success',
        id: '0a1b-7',
        start: '2026-03-04T05:05:07.000Z',
        end: '2026-03-04T05:06:07.000Z',
        duration: 60e9,
        module: 'weir',
        dataset: 'weir.flows',
      },
      source: {
        ip: '128.232.110.120',
        address: '128.232.110.120',
        port: 34855,
        bytes: 1200,
        packets: 4,
      },
      destination: { ip: '66.35.250.204', address: '66.35.250.204', port: 80 },
      network: {
        type: 'ipv4',
        transport: 'tcp',
        iana_number: '6',
        direction: 'outbound',
        community_id: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
        bytes: 1200,
        packets: 4,
      },
      rule: { name: 'web|out=1' },
      related: { ip: ['128.232.110.120', '66.35.250.204'] },
      weir: { table: 'Flows', observer: 'nic-1', Region: 'westeurope' },
    });
  });

  it('keeps the columns of any row', () => {
    expect(document('ecs', other).weir).toMatchObject({
      table: 'top talkers',
      Bytes: '9007199254740993',
      Tags: { a: [1] },
    });
  });
});

describe('OCSF', () => {
  it('writes each kind of message as its class', () => {
    for (const [message, classUid, activity] of [
      [flow, 4001, 6],
      [alert, 2004, 2],
      [{ ...alert, version: 1 }, 2004, 1],
      [incident, 2005, 3],
      [other, 0, 0],
    ] as const)
      expect(document('ocsf', message)).toMatchObject({
        class_uid: classUid,
        activity_id: activity,
      });
  });

  it('refuses on the wire what was denied', () => {
    const denied = { ...flow, values: { ...flow.values, FlowStatus: 'Denied' } };
    expect(document('ocsf', denied)).toMatchObject({
      activity_id: 5,
      disposition_id: 2,
      connection_info: { direction_id: 2, protocol_num: 6 },
      traffic: { bytes: 1200, bytes_out: 1200, packets_out: 4 },
    });
  });

  it('tells techniques, their parts and tactics', () => {
    expect(document('ocsf', alert).finding_info.attacks).toEqual([
      { technique: { uid: 'T1071' }, sub_technique: { uid: 'T1071.001' } },
      { tactic: { uid: 'TA0011', name: 'Command and Control' } },
    ]);
  });
});

describe('CIM', () => {
  /** Fields of the models Alerts, Intrusion Detection and Network Traffic with the values they prescribe (CIM 6). */
  const PRESCRIBED: Readonly<Record<string, readonly string[]>> = {
    action: ['allowed', 'blocked', 'teardown'],
    direction: ['inbound', 'outbound'],
    ids_type: ['network', 'host', 'application', 'wireless'],
    risk_object_type: ['user', 'system', 'other'],
    severity: ['critical', 'high', 'medium', 'low', 'informational', 'unknown'],
    transport: ['icmp', 'tcp', 'udp'],
    type: ['alarm', 'alert', 'event', 'task', 'warning'],
  };

  it('uses the values that the models prescribe', () => {
    for (const message of [alert, incident, flow])
      for (const [field, value] of Object.entries(document('cim', message)))
        if (PRESCRIBED[field]) expect(PRESCRIBED[field]).toContain(value);
  });

  it('names the inside entity as the one at risk', () => {
    expect(document('cim', alert)).toMatchObject({
      src: '10.0.1.4',
      risk_object: '10.0.1.4',
      risk_object_type: 'system',
      risk_score: 73,
      threat_object: '203.0.113.9',
      annotations: { mitre_attack: ['T1071.001'] },
    });
  });

  it('writes a flow', () => {
    expect(document('cim', flow)).toMatchObject({
      action: 'allowed',
      src_ip: '128.232.110.120',
      dest_port: 80,
      bytes_out: 1200,
      duration: 60,
      _id: '0a1b-7',
      Region: 'westeurope',
    });
  });
});

describe('columns', () => {
  it('are those of the row, and of SecurityAlert', () => {
    expect(document('columns', flow)).toEqual(flow.values);
    const row = document('columns', { ...alert, severity: 'critical' });
    expect(row).toMatchObject({
      AlertSeverity: 'High',
      Status: 'New',
      Tactics: 'CommandAndControl',
    });
    expect(JSON.parse(row.Entities)[0]).toEqual({ Type: 'ip', Role: 'actor', Address: '10.0.1.4' });
  });
});

/** Published vectors of the specification's baseline (seed 0). */
describe.each([
  ['1.2.3.4', 1122, '5.6.7.8', 3344, 6, '1:wCb3OG7yAFWelaUydu0D+125CLM='],
  ['192.168.1.52', 54585, '8.8.8.8', 53, 17, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
] as const)('community id of %s:%i to %s:%i', (srcIp, srcPort, dstIp, dstPort, protocol, id) => {
  it('is the same both ways', () => {
    expect(communityId({ srcIp, dstIp, srcPort, dstPort, protocol }, sha1)).toBe(id);
    expect(
      communityId(
        { srcIp: dstIp, dstIp: srcIp, srcPort: dstPort, dstPort: srcPort, protocol },
        sha1,
      ),
    ).toBe(id);
  });

  it('is none without ports', () => {
    expect(
      communityId({ srcIp, dstIp, srcPort, dstPort: undefined, protocol }, sha1),
    ).toBeUndefined();
  });
});
