export {
  CollectingSink,
  type DecodeAllOptions,
  type Decoded,
  decodeAll,
  type Problem,
} from './decode-all.ts';
export {
  type Decoder,
  type DecodeSink,
  type Format,
  type Origin,
  PROBLEMS,
  type ProblemCode,
} from './format.ts';
export { FORMATS, formatsByName } from './formats.ts';
export {
  type CutterOptions,
  Decoders,
  HEAD_BYTES,
  MAX_RECORD_BYTES,
  ObjectDecoder,
  type ObjectState,
  type Unit,
  UnitCutter,
} from './object-decoder.ts';
export { describeUnknown } from './unknown.ts';
