import type { AzureLogin } from './address.ts';

const LOGIN_NAMES = {
  connectionString: 'the key in the connection string',
  sas: 'the SAS',
  accountKey: 'the account key',
} as const;

/** What was refused, and what it was for. */
interface Refusal {
  readonly code: string;
  readonly container: string;
  readonly kind: AzureLogin['kind'];
  readonly rights: string;
  readonly whenAbsent: string;
}

/**
 * What a code of Azure, or of the connection, means to a person, and what to do next.
 * Codes: Microsoft, "Common REST API error codes" and "Blob Storage error codes".
 */
export function sayOf(
  { code, container, kind, rights, whenAbsent }: Refusal,
  error: { readonly message: string; readonly statusCode?: number | undefined },
): { readonly says: string; readonly isLogin?: boolean } {
  const login = LOGIN_NAMES[kind];
  switch (code) {
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
      return {
        says: `Azure does not accept ${login}: it is wrong, was renewed, or has expired. Give the present one.`,
        isLogin: true,
      };
    case 'AuthorizationPermissionMismatch':
    case 'AuthorizationResourceTypeMismatch':
    case 'AuthorizationServiceMismatch':
      return {
        says: `Azure accepts ${login}, but it lacks a right. Create one with the rights ${rights} for the container ${container}.`,
        isLogin: true,
      };
    case 'AuthorizationFailure':
      return {
        says: `Azure does not accept ${login}, or not from this machine. Give the present one, and allow this machine’s address in the storage account’s page “Networking”.`,
        isLogin: true,
      };
    case 'KeyBasedAuthenticationNotPermitted':
      return {
        says: 'The storage account forbids keys. Allow key access in its page “Configuration”, or log in by a user delegation SAS.',
        isLogin: true,
      };
    case 'ContainerNotFound':
      return { says: `There is no container ${container} (yet). ${whenAbsent}` };
    case 'ENOTFOUND':
      return {
        says: 'The storage account’s host has no address. Check the account’s name and this machine’s DNS.',
      };
    case 'REQUEST_SEND_ERROR':
    case 'ECONNREFUSED':
    case 'ETIMEDOUT':
    case 'ECONNRESET':
      return {
        says: 'Azure cannot be reached. Check this machine’s way to the internet; it is tried again.',
      };
    default: {
      const text = error.message.split('\n', 1)[0] ?? code;
      return error.statusCode === undefined
        ? { says: `Azure cannot be reached: ${text}. It is tried again.` }
        : { says: `Azure answered ${code}: ${text} It is tried again.` };
    }
  }
}
