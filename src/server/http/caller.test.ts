import { expect, test } from 'vitest';
import { callerAddress, readProxies } from './caller.ts';

const PROXIES = readProxies(['127.0.0.1', '10.0.0.8/30', 'fd00::/16']);

test.each([
  ['127.0.0.1', null, '127.0.0.1'],
  ['::ffff:192.0.2.1', null, '192.0.2.1'],
  ['FE80::1%eth0', null, 'fe80::1'],
  ['', null, ''],
  ['192.0.2.1', '198.51.100.1', '192.0.2.1'],
  ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', '203.0.113.5, 198.51.100.1, 10.0.0.9', '198.51.100.1'],
  ['fd00::9', '2001:DB8::1', '2001:db8::1'],
  ['127.0.0.1', '10.0.0.9', '10.0.0.9'],
  ['127.0.0.1', 'made up, 10.0.0.9', '10.0.0.9'],
  ['127.0.0.1', '', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.1:4711', '127.0.0.1'],
])('from %j saying %j it is %j', (peer, forwardedFor, address) => {
  expect(callerAddress(peer, forwardedFor, PROXIES)).toBe(address);
});

test.each(['proxy', '10.0.0.0/33', '10.0.0.0/x', 'fd00::/129', ''])('%j is no proxy', (range) => {
  expect(() => readProxies([range])).toThrow('neither an address nor a prefix');
});
