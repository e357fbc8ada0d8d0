import { AZURE_LOGINS, parseAzureAddress } from '#server/azure/index.ts';
import { secret } from './values.ts';

/** The ways to log in to a container; `rights` are those that it needs. */
export const azureLogin = (rights: string) => ({
  connectionString: secret.optional().describe('Reference to a storage connection string.'),
  sas: secret.optional().describe(`Reference to a shared access signature with ${rights}.`),
  accountKey: secret.optional().describe('Reference to an account key.'),
});

type Logins = { readonly [K in (typeof AZURE_LOGINS)[number]]?: string | undefined };

export const countLogins = (of: Logins): number =>
  AZURE_LOGINS.filter((login) => of[login] !== undefined).length;

export const ONE_LOGIN = 'needs exactly one of connectionString, sas and accountKey';

/** What is wrong with where files are to be put, as a sentence; undefined when nothing is. */
export function judgeLake(
  lake: Logins & {
    readonly folder?: string | undefined;
    readonly container?: string | undefined;
    readonly prefix?: string | undefined;
  },
): string | undefined {
  const { folder, container } = lake;
  if ((folder === undefined) === (container === undefined))
    return 'needs exactly one of folder and container';
  if (container === undefined)
    return countLogins(lake) > 0 || lake.prefix !== undefined
      ? 'needs neither login nor prefix for a folder; leave them out'
      : undefined;
  if (countLogins(lake) !== 1) return ONE_LOGIN;
  const address = parseAzureAddress(container);
  if (typeof address === 'string') return address;
  if (address.url === null)
    return lake.connectionString === undefined
      ? 'needs the URL of the container, unless it logs in by connectionString'
      : undefined;
  const { protocol, hostname } = new URL(address.url);
  const isOwn = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || isOwn
    ? undefined
    : 'the URL of the container must begin with https:// (http:// on this machine only)';
}
