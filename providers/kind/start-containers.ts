import type { Context } from "../server/index.ts";
import { timeLimits } from "./constants.ts";
import { inspect } from "./containers.ts";
import type { Container } from "./container.ts";
import { docker } from "./docker.ts";

/** Starts stopped nodes and unpauses paused ones. Returns all nodes as they are then, in the same order. */
export async function startContainers(
  containers: readonly Container[],
  { signal, status }: Pick<Context, "signal" | "status">,
): Promise<readonly Container[]> {
  const paused = containers.filter((container) => container.paused);
  if (paused.length > 0) await docker(["unpause", ...paused.map(({ id }) => id)], { signal });
  const stopped = containers.filter(({ running }) => !running);
  if (stopped.length === 0) return containers;
  status(`starting ${stopped.map(({ name }) => name).join(", ")}`);
  await docker(["start", ...stopped.map(({ id }) => id)], {
    signal,
    limit: timeLimits.apiServerAnswers,
  });
  // Docker assigns addresses again at every start.
  return inspect(
    containers.map(({ id }) => id),
    signal,
  );
}
