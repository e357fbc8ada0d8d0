import { ip, type LogSource, text } from './source.ts';

/** Network devices: what they send by syslog, and by CEF. */

const host = {
  type: 'Host' as const,
  role: 'actor' as const,
  fields: [{ identifier: 'HostName', column: 'HostName' }],
};

export const cisco: LogSource = {
  name: 'cisco',
  matches: [{ product: 'cisco' }],
  rows: 'Syslog',
  fields: { host: text('HostName'), src: text('HostIP') },
  message: ['SyslogMessage'],
  entities: [host],
};

export const syslog: LogSource = {
  name: 'other network devices',
  matches: [{ product: 'juniper' }, { product: 'huawei' }, { product: 'mikrotik' }],
  rows: 'Syslog',
  fields: { host: text('HostName') },
  message: ['SyslogMessage'],
  entities: [host],
};

/** FortiOS puts its own keys into the extension, with FTNTFGT before each. */
const fortinetKey = (key: string) =>
  text(key, `extract(@"FTNTFGT${key}=([^;]*)", 1, AdditionalExtensions)`);

export const fortigate: LogSource = {
  name: 'fortigate',
  matches: [{ product: 'fortigate' }],
  rows: 'CommonSecurityLog\n| where DeviceVendor == "Fortinet"',
  fields: {
    action: text('DeviceAction'),
    cfgpath: fortinetKey('cfgpath'),
    cfgobj: fortinetKey('cfgobj'),
    cfgattr: fortinetKey('cfgattr'),
    logid: fortinetKey('logid'),
    subtype: fortinetKey('subtype'),
    user: text('SourceUserName'),
    srcip: text('SourceIP'),
    dstip: text('DestinationIP'),
    msg: text('Message'),
  },
  message: ['Activity', 'Message', 'AdditionalExtensions'],
  entities: [ip('SourceIP', 'actor')],
};
