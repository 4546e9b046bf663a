/** Pulumi's listeners; Node.js types them one event at a time. */
const events: NodeJS.EventEmitter = process;
const names = ["unhandledRejection", "uncaughtException"];

/**
 * Takes away what an inline program leaves in this process when its engine dies: listeners that Pulumi
 * removes only when the program ends by itself, and promises that nobody waits for any more.
 */
export async function withoutTraces<T>(body: () => Promise<T>): Promise<T> {
  const before = names.map((name) => events.listeners(name));
  const ignore = (): void => undefined;
  process.on("unhandledRejection", ignore);
  try {
    return await body();
  } finally {
    // Promises that were rejected are told of once whatever is due has run.
    await new Promise((resolve) => setImmediate(resolve));
    for (const [index, name] of names.entries()) {
      const known: readonly unknown[] = before[index] ?? [];
      for (const listener of events.listeners(name)) {
        if (!known.includes(listener)) events.off(name, listener as () => void);
      }
    }
  }
}
