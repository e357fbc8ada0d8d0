export { type Conversation, conversation, packetsOf, type Sketch } from './conversation.ts';
export { gcpFiles } from './gcp-log.ts';
export type { LogFile, Nic } from './log-file.ts';
export { nsgFiles } from './nsg-log.ts';
export { Random } from './random.ts';
export { vnetFiles } from './vnet-log.ts';
export { vpcFiles } from './vpc-log.ts';
