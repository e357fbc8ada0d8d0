export {
  AZURE_LOGINS,
  type AzureAddress,
  type AzureLogin,
  loginOf,
  parseAzureAddress,
  sasExpiry,
} from './address.ts';
export type { BlobContainer, BlobItem, BlobView, ContainerUse } from './container.ts';
export { AzureError } from './error.ts';
export { openContainer } from './open-container.ts';
