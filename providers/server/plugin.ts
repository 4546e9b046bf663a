import type { Provider } from "./provider.ts";
import { startServer } from "./server.ts";

/** How often a plugin checks whether the engine that started it still runs, in milliseconds. */
const parentCheckInterval = 1000;

/**
 * The main function of a plugin's executable. It serves the provider, prints the port for the engine, and
 * ends with the engine, also if that was killed.
 */
export async function servePlugin(provider: Provider): Promise<void> {
  // The engine puts flags such as -v=9 or --tracing before its address.
  const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
  const server = await startServer(provider, engineAddress);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void server.close().finally(() => process.exit(0));
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  // A killed engine leaves its plugins behind. Such a plugin must undo its current step and end.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, parentCheckInterval).unref();
  // Writing to the engine's closed pipe must not kill the clean-up.
  process.stdout.on("error", end);
  process.stdout.write(`${server.port}\n`);
}
