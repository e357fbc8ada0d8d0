import { type AzureLogin, parseAzureAddress } from '#server/azure/index.ts';
import type { Environment } from './azure-agent.ts';
import { createAzureSource } from './azure-source.ts';
import { createFileSource } from './file.ts';
import { type Source, SourceError } from './source.ts';
import { createStdinSource } from './stream.ts';

/** A place on the command line that cannot be opened: what is wrong, and what to do. */
export class PlaceError extends SourceError {
  override readonly name = 'PlaceError';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Where Microsoft's own command line looks for a login, too ("Authorize access to blob data with Azure CLI"). */
const LOGIN_VARIABLES: readonly (readonly [AzureLogin['kind'], string])[] = [
  ['connectionString', 'AZURE_STORAGE_CONNECTION_STRING'],
  ['sas', 'AZURE_STORAGE_SAS_TOKEN'],
  ['accountKey', 'AZURE_STORAGE_KEY'],
];

/** Clouds whose buckets are named on the command line but not read yet. */
const LATER: Readonly<Record<string, string>> = {
  's3:': 'Amazon S3 buckets',
  'gs:': 'Google Cloud Storage buckets',
};

/**
 * The source that a `PATH` of the command line means: `-`, a file, a folder, `az://ACCOUNT/CONTAINER[/PREFIX]`. Whether
 * a file is there shows when it is listed. Throws PlaceError.
 */
export function openPlace(text: string, environment: Environment): Source {
  if (text === '-') return createStdinSource();
  const scheme = /^([a-z][a-z0-9+.-]+:)\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return createFileSource({ path: text });
  if (scheme === 'az:') return openAzure(text, environment);
  if (scheme === 'file:')
    return createFileSource({ path: decodeURIComponent(new URL(text).pathname) });
  const later = LATER[scheme];
  if (later !== undefined)
    throw new PlaceError(
      `${text} cannot be read yet: ${later} come with a later release`,
      'Copy the files to a folder with the cloud’s own tool, and load that folder; compressed files can stay so.',
    );
  throw new PlaceError(
    `${text} cannot be read: ${scheme}// is not known`,
    'Give a file, a folder, - for standard input, or az://ACCOUNT/CONTAINER/PREFIX.',
  );
}

function openAzure(text: string, environment: Environment): Source {
  const address = parseAzureAddress(text);
  if (typeof address === 'string') throw new PlaceError(address, '');
  const found = LOGIN_VARIABLES.find(([, variable]) => environment[variable]);
  if (!found)
    throw new PlaceError(
      `${text} needs a login`,
      `Set one of ${LOGIN_VARIABLES.map(([, variable]) => variable).join(', ')}. A SAS with the rights Read and List is enough.`,
    );
  const [kind, variable] = found;
  const secret = environment[variable] ?? '';
  return createAzureSource({ container: text, login: { kind, secret: () => secret }, environment });
}
