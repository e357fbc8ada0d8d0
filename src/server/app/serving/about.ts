import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ROUTES, RouteOutput } from '#core/contract/index.ts';

type About = RouteOutput<typeof ROUTES.about>;

const home = fileURLToPath(new URL('../../../../', import.meta.url));

/** Versions, and whose code and data Weir uses under which licence; read off the packages that are installed. */
export function tellAbout(version: string): About {
  const { dependencies = {} } = readPackage(home);
  return {
    version,
    runtime: [{ name: 'Node', version: process.versions.node }],
    data: [],
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
