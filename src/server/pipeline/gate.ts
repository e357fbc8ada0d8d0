/** Lets a number of holders in at once; the others wait in their order. */
export class Gate {
  readonly #places: number;
  #inside = 0;
  #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  get isOpen(): boolean {
    return this.#inside < this.#places;
  }

  /** True when nobody is inside and nobody waits. */
  get isIdle(): boolean {
    return this.#inside === 0 && this.#waiting.length === 0;
  }

  /** Resolves with the function that leaves. Throws when aborted while waiting. */
  async enter(signal: AbortSignal): Promise<() => void> {
    while (!this.isOpen) await this.#wait(signal);
    return this.enterNow();
  }

  /** Enters even when there is no place. */
  enterNow(): () => void {
    this.#inside++;
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#inside--;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const look of waiting) look();
    };
  }

  /** Resolves when there is a place, without taking it. */
  async whenOpen(signal: AbortSignal): Promise<void> {
    while (!this.isOpen) await this.#wait(signal);
  }

  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    await promise;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
  }
}
