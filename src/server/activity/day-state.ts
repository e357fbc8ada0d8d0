import type { Checkpoint, StoreReader } from '#server/store/index.ts';

/** What was counted of one hour. */
export interface HourState {
  /** Raw rows in PairHours and HostHours. */
  readonly rows: number;
  /** Of these, rows that were counted together, the hour as a whole. */
  readonly whole: number;
}

/**
 * What was counted of one day. It moves in the same transaction that makes the counted rows visible and takes the raw
 * segments, so that a crash leaves either both or neither.
 */
export interface DayState {
  readonly day: string;
  /** How often the state has moved; the checkpoint's position. */
  readonly moves: number;
  /** The move with which PairDays was written last; 0 before. */
  readonly summed: number;
  /** By start of the hour, µs. */
  readonly hours: ReadonlyMap<number, HourState>;
}

export const ACTIVITY_SOURCE = 'activity';
const PREFIX = 'activity/';

/** As the checkpoint holds it. */
interface PlainState {
  readonly summed: number;
  readonly hours: readonly (readonly [hour: number, rows: number, whole: number])[];
}

const toState = ({ object, position, state }: Checkpoint): DayState => {
  // Written by toCheckpoint alone.
  const { summed, hours } = state as PlainState;
  return {
    day: object,
    moves: position,
    summed,
    hours: new Map(hours.map(([hour, rows, whole]) => [hour, { rows, whole }])),
  };
};

export function readDayState(store: StoreReader, day: string): DayState {
  const checkpoint = store.checkpoint(PREFIX + day);
  return checkpoint ? toState(checkpoint) : { day, moves: 0, summed: 0, hours: new Map() };
}

export const readDayStates = (store: StoreReader): readonly DayState[] =>
  store.checkpoints(ACTIVITY_SOURCE).map(toState);

/** The state after some hours were counted. */
export const withHours = (state: DayState, hours: ReadonlyMap<number, HourState>): DayState => ({
  ...state,
  moves: state.moves + 1,
  hours: new Map([...state.hours, ...hours]),
});

/** The state after PairDays was written. */
export const withSum = (state: DayState): DayState => ({
  ...state,
  moves: state.moves + 1,
  summed: state.moves + 1,
});

export function toCheckpoint(state: DayState): Checkpoint {
  const plain: PlainState = {
    summed: state.summed,
    hours: [...state.hours].map(([hour, { rows, whole }]) => [hour, rows, whole]),
  };
  return {
    identity: PREFIX + state.day,
    source: ACTIVITY_SOURCE,
    object: state.day,
    position: state.moves,
    from: state.moves - 1,
    state: plain,
  };
}
