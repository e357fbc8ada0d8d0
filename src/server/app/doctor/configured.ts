import { X509Certificate } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { CommandError } from '../command.ts';
import { readSecret, type SourceConfig } from '../config/index.ts';
import { type Check, type CheckContext, type Finding, fail, ok, warn } from './check.ts';

export const configuration: Check = {
  name: 'config',
  async look({ config, configFile }) {
    // What is wrong with it was reported when it was read.
    if (!config) return [fail('the configuration has errors', '`weir validate` lists them all.')];
    return [ok(configFile ? `${configFile} is valid` : 'no file: every default holds')];
  },
};

export const sources: Check = {
  name: 'sources',
  async look(context) {
    const { config } = context;
    if (!config) return [];
    if (config.sources.length === 0) return [ok('none configured; `weir ingest` loads by hand')];
    return Promise.all(config.sources.map((source) => reach(source, context)));
  },
};

export const files: Check = {
  name: 'files',
  async look({ config }) {
    if (!config) return [];
    const { topology, indicators, intel, watchlists, cloudRanges, systems, countries } = config;
    const lists = watchlists.map((w) => w.file);
    const registries = [...systems, ...(countries === undefined ? [] : [countries])];
    const feeds = intel.feeds.flatMap((feed) => feed.path ?? []);
    const warnings = intel.warningLists.map((list) => list.path);
    const named = [
      ...[...topology, ...indicators, ...feeds, ...warnings],
      ...[...lists, ...cloudRanges, ...registries],
    ];
    const missing = named.filter((file) => !isReadable(file));
    const { refusedLines } = await import('../refused-lines.ts');
    const refused = refusedLines(indicators.filter((file) => !missing.includes(file)));
    if (missing.length + refused.length === 0)
      return [ok(named.length === 0 ? 'none configured' : `${named.length} files can be read`)];
    return [
      ...missing.map((file) =>
        fail(`${file} cannot be read`, 'Check the path in the configuration and its permissions.'),
      ),
      ...refused.map(({ says }) =>
        warn(says, 'Give an address, a prefix, address:port, a name, a URL or a hash a line.'),
      ),
    ];
  },
};

/** Days before its end at which a certificate should have been renewed. */
const RENEW_DAYS = 14;

export const certificate: Check = {
  name: 'certificate',
  async look({ config }) {
    if (!config?.tls) return [];
    const { readCertificate, CertificateRefused } = await import('#server/http/index.ts');
    try {
      const { cert } = readCertificate({
        certificate: config.tls.certificate,
        key: config.tls.key,
      });
      const ends = new X509Certificate(cert).validToDate;
      const days = Math.floor((ends.getTime() - Date.now()) / 86_400_000);
      const until = `${config.tls.certificate} is valid until ${ends.toISOString().slice(0, 10)}`;
      if (days < 0) return [fail(`${until}: it has ended`, 'Renew it.')];
      return [days < RENEW_DAYS ? warn(until, 'Renew it; it is read again by itself.') : ok(until)];
    } catch (error) {
      if (!(error instanceof CertificateRefused)) throw error;
      return [fail(error.message, 'Correct `tls` in the configuration.')];
    }
  },
};

async function reach(source: SourceConfig, { env }: CheckContext): Promise<Finding> {
  if (source.kind === 'folder') {
    if (isReadable(source.path)) return ok(`${source.name}: ${source.path} can be read`);
    return fail(
      `${source.name}: ${source.path} cannot be read`,
      'Check the path and its permissions.',
    );
  }
  const secret = source.connectionString ?? source.sas ?? source.accountKey;
  try {
    if (secret !== undefined) readSecret(secret, env);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return fail(`${source.name}: ${error.message}`, error.advice);
  }
  return reachHost(source.name, source.container);
}

/** Any answer over HTTP proves that the storage can be reached; what the login may do shows when it is read. */
async function reachHost(name: string, container: string): Promise<Finding> {
  if (!URL.canParse(container)) return ok(`${name}: the login is there`);
  const { origin } = new URL(container);
  try {
    await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5000) });
    return ok(`${name}: ${origin} answers, and the login is there`);
  } catch {
    return warn(
      `${name}: ${origin} does not answer`,
      'Check the network, a proxy or firewall, and the name of the account.',
    );
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
