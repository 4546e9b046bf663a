/** Running operations, so that all of them can be cancelled and awaited. */
export class Operations {
  readonly #running = new Set<Promise<unknown>>();
  #controller = new AbortController();

  /**
   * Runs an operation with a signal that is aborted by {@link cancel} or when its time is over.
   * @param timeoutSeconds 0 for no limit
   */
  async run<T>(timeoutSeconds: number, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signals = [this.#controller.signal];
    if (timeoutSeconds > 0) signals.push(timeLimit(timeoutSeconds));
    const signal = AbortSignal.any(signals);
    signal.throwIfAborted();
    const running = body(signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Aborts everything that runs, and everything that would start from now on. */
  cancel(): void {
    this.#controller.abort(new Error("interrupted"));
  }

  /** An engine that configures the provider after a cancellation means to use it again. */
  renew(): void {
    if (this.#controller.signal.aborted) this.#controller = new AbortController();
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }
}

function timeLimit(seconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(new Error(`not done within the ${seconds} s that customTimeouts allows`));
  }, seconds * 1000).unref();
  return controller.signal;
}
