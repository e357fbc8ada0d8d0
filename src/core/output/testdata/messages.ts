import { ipEntity } from '#core/alert/index.ts';
import type { AlertMessage, RowMessage } from '../index.ts';

const at = Date.parse('2026-03-04T05:06:07.890Z') * 1000;

export const alert: AlertMessage = {
  kind: 'alert',
  id: '019524f0-1111-7abc-8def-0123456789ab',
  version: 2,
  status: 'new',
  title: '10.0.1.4 calls 203.0.113.9:443 every 60 s',
  description: 'It called 120 times.\nThe gaps differ by 1 s at most.',
  severity: 'high',
  confidence: 0.85,
  detected: at - 60e6,
  updated: at,
  first: at - 7200e6,
  last: at - 120e6,
  finder: { kind: 'detector', id: 'beacon', name: 'Beaconing', version: '1', family: 'beacon' },
  tactics: ['CommandAndControl'],
  techniques: ['T1071.001'],
  entities: [
    ipEntity('10.0.1.4', 'actor', true),
    ipEntity('203.0.113.9', 'target', false),
    { type: 'Host', identifiers: { HostName: 'db-1' }, role: 'related' },
  ],
  evidence: [{ kql: 'Flows | where SrcIp == "10.0.1.4"', rows: 120 }],
  nextSteps: ['Look at the process on db-1'],
  incidentId: '019524f0-2222-7abc-8def-0123456789ab',
  link: 'https://weir.example/alerts/019524f0-1111-7abc-8def-0123456789ab',
};

export const incident: AlertMessage = {
  ...alert,
  kind: 'incident',
  id: '019524f0-2222-7abc-8def-0123456789ab',
  version: 5,
  status: 'closed',
};

export const flow: RowMessage = {
  kind: 'row',
  id: '0a1b-7',
  table: 'Flows',
  values: {
    TimeGenerated: '2026-03-04T05:06:07Z',
    FlowStartTime: '2026-03-04T05:05:07Z',
    FlowEndTime: '2026-03-04T05:06:07Z',
    SrcIp: '128.232.110.120',
    DestIp: '66.35.250.204',
    SrcPort: 34855,
    DestPort: 80,
    L4Protocol: 'T',
    IpProtocol: 6,
    FlowDirection: 'Outbound',
    FlowStatus: 'Allowed',
    AclRule: 'web|out=1',
    Observer: 'nic-1',
    BytesSrcToDest: 1200,
    BytesDestToSrc: null,
    PacketsSrcToDest: 4,
    PacketsDestToSrc: null,
    Region: 'westeurope',
    Subnet: '',
  },
};

export const other: RowMessage = {
  kind: 'row',
  id: 'q-1',
  table: 'top talkers',
  values: { Host: 'db-1', Bytes: '9007199254740993', Tags: { a: [1] }, Empty: '' },
};
