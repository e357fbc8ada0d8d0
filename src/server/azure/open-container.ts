import type { AzureAddress, AzureLogin } from './address.ts';
import type { BlobContainer, ContainerUse } from './container.ts';

/** Asks for the secret, sends nothing yet; loads the SDK at the first call. Rejects with AzureError. */
export async function openContainer(
  address: AzureAddress,
  login: AzureLogin,
  nowMs: number,
  use: ContainerUse,
): Promise<BlobContainer> {
  const { createContainer } = await import('./container.ts');
  return createContainer(address, login, nowMs, use);
}
