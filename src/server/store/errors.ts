/** What can go wrong with DATA itself, as opposed to a bug. Each message is a sentence that says what to do. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** Another process writes to this DATA. */
export class StoreLocked extends StoreError {
  override readonly name = 'StoreLocked';
}

/** There is no DATA here to read. */
export class StoreMissing extends StoreError {
  override readonly name = 'StoreMissing';
}

/** DATA was written by another version of the program that this one cannot read. */
export class StoreVersion extends StoreError {
  override readonly name = 'StoreVersion';
}

/** The disk is full, or so full that the store keeps the rest. The commit left nothing behind and can be repeated. */
export class StorageFull extends StoreError {
  override readonly name = 'StorageFull';
}

/** A replacement names segments that are no longer visible: somebody else replaced or removed them first. */
export class SegmentsGone extends StoreError {
  override readonly name = 'SegmentsGone';
  readonly ids: readonly string[];

  constructor(ids: readonly string[]) {
    super(
      `these segments are no longer there to be replaced: ${ids.join(', ')}. Look them up again.`,
    );
    this.ids = ids;
  }
}

/** A change starts at another position of its input than the one that is committed, or follows a change that failed. */
export class CheckpointMoved extends StoreError {
  override readonly name = 'CheckpointMoved';
}
