export { type DelimitedRecord, type DelimitedText, parseDelimited } from './delimited.ts';
export {
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  type Micros,
  printDay,
  printInstant,
} from './instant.ts';
export { canonicalIp, IpParser, type IpWords, parseIp, printIp, printIpv4 } from './ip.ts';
export { didYouMean, nearMiss } from './near-miss.ts';
export { counted, printBytes, printCount, printMoment, printSeconds } from './print.ts';
export { protocolName } from './protocol.ts';
export { decodeLatin1, decodeUtf8, encodeUtf8 } from './text.ts';
