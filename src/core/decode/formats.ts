import { awsVpc } from './flow/aws-vpc.ts';
import { azureNsg } from './flow/azure-nsg.ts';
import { azureVnet } from './flow/azure-vnet.ts';
import { gcpVpc } from './flow/gcp-vpc.ts';
import { weirCanary } from './flow/weir-canary.ts';
import type { Format } from './format.ts';

/** Every input format, by name. No two accept the same bytes. */
export const FORMATS: readonly Format[] = [awsVpc, azureNsg, azureVnet, gcpVpc, weirCanary];

export const formatsByName: ReadonlyMap<string, Format> = new Map(FORMATS.map((f) => [f.name, f]));

/** The format of an object's first bytes (up to 64 KiB), or undefined when none accepts them. */
export function sniffFormat(head: Uint8Array): Format | undefined {
  return FORMATS.find((f) => f.sniff(head));
}
