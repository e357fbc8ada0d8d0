/** How files of externaldata are read; what Kusto calls them. `txt` is a row for each line, `raw` one for each file. */
export const EXTERNAL_FORMATS = [
  'csv',
  'tsv',
  'psv',
  'scsv',
  'txt',
  'raw',
  'json',
  'multijson',
] as const;
export type ExternalFormat = (typeof EXTERNAL_FORMATS)[number];

/** What an `externaldata` reads: files elsewhere, of which every value is taken as text. */
export interface ExternalData {
  /** https. */
  readonly urls: readonly string[];
  readonly format: ExternalFormat;
  readonly isHeaderSkipped: boolean;
  /** By place for delimited formats, by name for JSON. */
  readonly columns: readonly string[];
}

/** Tables of the store have no colon in their names. */
const PREFIX = 'externaldata:';

/** How a plan names the scan of such files. */
export const externalTable = (data: ExternalData): string => PREFIX + JSON.stringify(data);

/** What a scan's table reads from elsewhere; undefined for tables of other kinds. */
export const externalOf = (table: string): ExternalData | undefined =>
  table.startsWith(PREFIX) ? JSON.parse(table.slice(PREFIX.length)) : undefined;

/**
 * True where an administrator allows the host of a URL: by its name, by `*.name` for every name below, and with `:port`
 * where the port is not 443. Only https, without a user in it.
 */
export function isAllowedUrl(
  { protocol, hostname, port, username, password }: ExternalUrl,
  hosts: readonly string[],
): boolean {
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  const host = hostname.toLowerCase() + (port === '' ? '' : `:${port}`);
  return hosts.some((allowed) => {
    const name = allowed.toLowerCase();
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
  });
}

/** The parts of a URL that decide; as the platform's URL class names them. */
export interface ExternalUrl {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
}
