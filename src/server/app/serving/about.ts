import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ROUTES, RouteOutput } from '#core/contract/index.ts';
import { ASN_ATTRIBUTION } from '#core/enrich/index.ts';
import { COUNTRY_NOTE } from '#server/enrich/index.ts';

type About = RouteOutput<typeof ROUTES.about>;

/** Data that ships with Weir's packages, with what its licences ask to be shown. */
const DATA: About['data'] = [
  {
    name: 'Countries by address',
    licence: 'CC0-1.0',
    attribution: COUNTRY_NOTE,
    url: 'https://github.com/sapics/ip-location-db',
    date: '2026-06-17',
  },
  {
    name: 'Autonomous systems',
    licence: 'CC-BY-4.0',
    attribution: ASN_ATTRIBUTION,
    url: 'https://github.com/sapics/ip-location-db',
    date: '2026-06-17',
  },
];

const home = fileURLToPath(new URL('../../../../', import.meta.url));

/** Versions, and whose code and data Weir uses under which licence; read off the packages that are installed. */
export function tellAbout(version: string): About {
  const { dependencies = {} } = readPackage(home);
  return {
    version,
    runtime: [{ name: 'Node', version: process.versions.node }],
    data: DATA,
    code: Object.keys(dependencies)
      .sort()
      .map((name) => {
        const found = readPackage(join(home, 'node_modules', name));
        return { name, version: found.version ?? '', licence: found.license ?? '' };
      }),
  };
}

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
