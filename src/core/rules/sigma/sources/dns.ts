import { ip, type LogSource, number, text } from './source.ts';

/** DNS queries and answers in ASIM's columns. */
const DNS = '_Im_Dns';
const entities = [
  ip('SrcIpAddr', 'actor'),
  {
    type: 'DNS' as const,
    role: 'target' as const,
    fields: [{ identifier: 'DomainName', column: 'DnsQuery' }],
  },
];
const query = text('DnsQuery');
const queryType = text('DnsQueryTypeName');
const answers = text('DnsResponseName');
const responseCode = text('EventResultDetails');

export const dns: LogSource = {
  name: 'dns',
  matches: [{ category: 'dns' }],
  rows: DNS,
  fields: {
    query,
    record_type: queryType,
    answer: answers,
    response_code: responseCode,
    parent_domain: text('ParentDomain', 'extract(@"([^.]+\\.[^.]+)\\.?$", 1, DnsQuery)'),
    src_ip: text('SrcIpAddr'),
    dst_ip: text('DstIpAddr'),
  },
  message: ['DnsQuery', 'DnsResponseName'],
  entities,
};

export const networkDns: LogSource = {
  name: 'network dns',
  matches: [{ category: 'network', service: 'dns' }],
  rows: DNS,
  fields: {
    'source.ip': text('SrcIpAddr'),
    'source.port': number('SrcPortNumber'),
    'destination.ip': text('DstIpAddr'),
    'destination.port': number('DstPortNumber'),
    'dns.id': text('TransactionIdHex'),
    'dns.question.name': query,
    'dns.question.type': queryType,
    'dns.question.class': text('DnsQueryClassName'),
    'dns.answers.data': answers,
    'dns.header.flags': text('DnsFlags'),
    'dns.response.code': responseCode,
  },
  message: ['DnsQuery', 'DnsResponseName'],
  entities,
};

export const zeekDns: LogSource = {
  name: 'Zeek dns',
  matches: [{ product: 'zeek', service: 'dns' }],
  rows: DNS,
  fields: {
    'id.orig_h': text('SrcIpAddr'),
    'id.orig_p': number('SrcPortNumber'),
    'id.resp_h': text('DstIpAddr'),
    'id.resp_p': number('DstPortNumber'),
    query,
    qtype_name: queryType,
    qclass_name: text('DnsQueryClassName'),
    answers,
    rcode_name: responseCode,
    Z: number('DnsFlagsZBit', 'toint(DnsFlagsZ)'),
  },
  message: ['DnsQuery', 'DnsResponseName'],
  entities,
};
