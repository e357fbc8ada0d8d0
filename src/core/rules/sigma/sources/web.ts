import { type Column, ip, type LogSource, number, text } from './source.ts';

/** Requests over HTTP in ASIM's columns: at proxies, at web servers, and as Zeek sees them. */
const WEB = '_Im_WebSession';
const entities = [
  ip('SrcIpAddr', 'actor'),
  { type: 'URL' as const, role: 'target' as const, fields: [{ identifier: 'Url', column: 'Url' }] },
];
const path = text('UrlPath', 'tostring(parse_url(Url).Path)');
const query = text('UrlQuery', 'extract(@"\\?(.*)$", 1, Url)');
const host = text('HttpHost');
const method = text('HttpRequestMethod');
const agent = text('HttpUserAgent');
const status = number('HttpStatus', 'toint(EventResultDetails)');
const referrer = text('HttpReferrer');

/** What proxies and web servers have in common, by the names of the W3C's extended log format. */
const W3C: Readonly<Record<string, Column>> = {
  'cs-method': method,
  'cs-host': host,
  'cs-cookie': text('HttpCookie'),
  'cs-version': text('HttpVersion'),
  'cs-referer': referrer,
  'cs-referrer': referrer,
  'cs-uri': text('Url'),
  'cs-uri-stem': path,
  'cs-uri-query': query,
  'cs-username': text('SrcUsername'),
  'cs-user-agent': agent,
  'cs-content-type': text('HttpContentType'),
  'sc-status': status,
  'cs-bytes': number('SrcBytes'),
  'sc-bytes': number('DstBytes'),
};

export const proxy: LogSource = {
  name: 'proxy',
  matches: [{ category: 'proxy' }],
  rows: WEB,
  fields: {
    ...W3C,
    'c-uri': text('Url'),
    'c-uri-extension': text('UrlExtension', 'extract(@"\\.([A-Za-z0-9]+)(?:\\?|$)", 1, Url)'),
    'c-uri-query': query,
    'c-uri-stem': path,
    'c-useragent': agent,
    'r-dns': host,
    src_ip: text('SrcIpAddr'),
    dst_ip: text('DstIpAddr'),
  },
  message: ['Url', 'HttpUserAgent', 'HttpReferrer', 'HttpHost'],
  entities,
};

export const webserver: LogSource = {
  name: 'webserver',
  matches: [{ category: 'webserver' }],
  rows: WEB,
  fields: {
    ...W3C,
    'c-ip': text('SrcIpAddr'),
    's-ip': text('DstIpAddr'),
    's-port': number('DstPortNumber'),
    's-computername': text('DstHostname'),
    'time-taken': number('NetworkDuration'),
  },
  message: ['Url', 'HttpUserAgent', 'HttpReferrer', 'HttpHost', 'HttpCookie'],
  entities,
};

export const zeekHttp: LogSource = {
  name: 'Zeek http',
  matches: [{ product: 'zeek', service: 'http' }],
  rows: WEB,
  fields: {
    'id.orig_h': text('SrcIpAddr'),
    'id.resp_h': text('DstIpAddr'),
    'id.resp_p': number('DstPortNumber'),
    host,
    uri: text('Url'),
    'c-uri': text('Url'),
    user_agent: agent,
    'c-useragent': agent,
    method,
    status_code: status,
    referrer,
    request_body_len: number('HttpRequestBodyBytes'),
    response_body_len: number('HttpResponseBodyBytes'),
    resp_mime_types: text('HttpContentType'),
  },
  message: ['Url', 'HttpUserAgent', 'HttpReferrer', 'HttpHost'],
  entities,
};
