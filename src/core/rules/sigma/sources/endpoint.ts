import { ip, type LogSource, number, text } from './source.ts';

/** Connections that an agent on the host saw, with the process behind them: Microsoft Defender's table. */
export const hostConnections: LogSource = {
  name: 'network_connection',
  matches: [{ category: 'network_connection' }],
  rows: 'DeviceNetworkEvents',
  fields: {
    SourceIp: text('LocalIP'),
    SourcePort: number('LocalPort'),
    DestinationIp: text('RemoteIP'),
    DestinationPort: number('RemotePort'),
    DestinationHostname: text('RemoteUrl'),
    Protocol: text('Protocol'),
    Initiated: text(
      'Initiated',
      'iff(ActionType has_any ("Inbound", "Listening"), "false", "true")',
    ),
    Image: text('InitiatingProcessFolderPath'),
    OriginalFileName: text('InitiatingProcessVersionInfoOriginalFileName'),
    CommandLine: text('InitiatingProcessCommandLine'),
    ParentImage: text('InitiatingProcessParentFileName'),
    User: text('InitiatingProcessAccountName'),
    Computer: text('DeviceName'),
    ProcessId: number('InitiatingProcessId'),
  },
  message: ['RemoteUrl', 'InitiatingProcessCommandLine'],
  entities: [
    { type: 'Host', role: 'actor', fields: [{ identifier: 'HostName', column: 'DeviceName' }] },
    ip('RemoteIP', 'target'),
  ],
};
