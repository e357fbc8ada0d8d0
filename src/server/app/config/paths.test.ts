import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from './index.ts';

it('finds every path of a configuration from the folder of its file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'weir.yaml'),
    `
sources:
  - { name: a, kind: folder, path: logs }
  - { name: b, kind: azure-blob, container: 'https://a.example/c', sas: 'file:keys/sas' }
  - { name: c, kind: azure-blob, container: 'https://a.example/c', accountKey: 'env:KEY' }
outputs:
  - { name: d, kind: parquet, folder: lake }
  - { name: e, kind: parquet, container: 'https://a.example/lake', prefix: p, sas: 'file:keys/sas', tls: { ca: ca.pem } }
topology: [networks.yaml, /etc/more.json]
indicators: [bad.txt]
watchlists: [{ alias: vips, file: vips.csv }]
cloudRanges: [tags.json]
countries: ./countries.mmdb
systems: [../asn.csv]
tls: { certificate: cert.pem, key: key.pem }
`,
  );
  const { config } = loadConfig(undefined, folder);
  expect(config).toMatchObject({
    sources: [
      { path: join(folder, 'logs') },
      { sas: `file:${join(folder, 'keys', 'sas')}` },
      { accountKey: 'env:KEY' },
    ],
    outputs: [
      { folder: join(folder, 'lake') },
      {
        container: 'https://a.example/lake',
        prefix: 'p',
        sas: `file:${join(folder, 'keys', 'sas')}`,
        tls: { ca: join(folder, 'ca.pem') },
      },
    ],
    topology: [join(folder, 'networks.yaml'), '/etc/more.json'],
    indicators: [join(folder, 'bad.txt')],
    watchlists: [{ alias: 'vips', file: join(folder, 'vips.csv') }],
    cloudRanges: [join(folder, 'tags.json')],
    countries: join(folder, 'countries.mmdb'),
    systems: [join(folder, '..', 'asn.csv')],
    tls: { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') },
  });
});
