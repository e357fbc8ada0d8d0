export { ExternalError } from './errors.ts';
export { exchangeGuarded, type GuardedAnswer, type GuardedExchange } from './guarded-exchange.ts';
export {
  assertReachable,
  type GuardedRequest,
  guardedAgent,
  guardedLookup,
  type Network,
  realNetwork,
  sendGuarded,
} from './guarded-request.ts';
export { isHostAddress, isPublicAddress } from './public-address.ts';
export { createExternalReader, type ExternalReader, type WrittenRows } from './reader.ts';
