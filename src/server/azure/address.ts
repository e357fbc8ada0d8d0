/** A container and the part of it that is meant. */
export interface AzureAddress {
  /** `https://ACCOUNT.blob.core.windows.net/CONTAINER`; null when only a connection string can tell. */
  readonly url: string | null;
  /** For names; null when only a connection string can tell. */
  readonly account: string | null;
  readonly container: string;
  readonly prefix: string;
}

/** Ways to log in, as the configuration names them. */
export const AZURE_LOGINS = ['connectionString', 'sas', 'accountKey'] as const;

/** How to log in. The text is asked for again after it was refused, so that a new secret in a file is taken. */
export interface AzureLogin {
  readonly kind: (typeof AZURE_LOGINS)[number];
  readonly secret: () => string;
}

/** The first login that references to secrets name. */
export function loginOf(
  references: { readonly [K in AzureLogin['kind']]?: string | undefined },
  read: (reference: string) => string,
): AzureLogin | undefined {
  for (const kind of AZURE_LOGINS) {
    const reference = references[kind];
    if (reference !== undefined) return { kind, secret: () => read(reference) };
  }
  return undefined;
}

const ACCOUNT = /^[a-z0-9]{3,24}$/;
const CONTAINER = /^(\$[a-z]+|[a-z0-9](?:[a-z0-9]|-(?!-)){1,62})$/;

/**
 * Parses `az://ACCOUNT/CONTAINER[/PREFIX]`, the URL of a container, or its bare name. A string is the sentence that says
 * what is wrong. Lengths and characters: Microsoft, "Naming and referencing containers, blobs, and metadata".
 */
export function parseAzureAddress(text: string): AzureAddress | string {
  const short = /^az:\/\/([^/]*)\/([^/]*)\/?(.*)$/s.exec(text);
  if (short) {
    const [, account = '', container = '', prefix = ''] = short;
    if (!ACCOUNT.test(account))
      return `${text}: “${account}” is no name of a storage account (3 to 24 small letters and digits). Write az://ACCOUNT/CONTAINER/PREFIX.`;
    if (!CONTAINER.test(container)) return `${text}: ${wrongContainer(container)}`;
    const url = `https://${account}.blob.core.windows.net/${container}`;
    return { url, account, container, prefix };
  }
  if (/^https?:\/\//.test(text)) return parseUrl(text);
  if (!CONTAINER.test(text)) return `${text}: ${wrongContainer(text)}`;
  return { url: null, account: null, container: text, prefix: '' };
}

function parseUrl(text: string): AzureAddress | string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return `${text} is no URL. Write https://ACCOUNT.blob.core.windows.net/CONTAINER.`;
  }
  if (url.search !== '')
    return 'The URL of the container must not hold the SAS: put it in a file or a variable and name that as sas.';
  const parts = url.pathname.split('/').filter((part) => part !== '');
  // The emulator and IP addresses have the account in the path: http://127.0.0.1:10000/devstoreaccount1/container
  const isInPath = /^(localhost|[\d.]+|\[.*\])$/.test(url.hostname);
  const account = isInPath ? parts.shift() : url.hostname.split('.')[0];
  const [container, ...rest] = parts.map(decodeURIComponent);
  if (!account || !container || !CONTAINER.test(container))
    return `${text}: ${wrongContainer(container ?? '')}`;
  const base = `${url.origin}${isInPath ? `/${account}` : ''}/${container}`;
  return { url: base, account, container, prefix: rest.join('/') };
}

const wrongContainer = (name: string): string =>
  `“${name}” is no name of a container (3 to 63 small letters, digits and single dashes). That of VNet flow logs is insights-logs-flowlogflowevent.`;

/** When a SAS stops being accepted (its `se`), ms; null when it does not say or is none. */
export function sasExpiry(sas: string): number | null {
  const expiry = new URLSearchParams(sas.replace(/^.*\?/, '')).get('se');
  const at = expiry === null ? Number.NaN : Date.parse(expiry);
  return Number.isNaN(at) ? null : at;
}
