import type { PropertyMap } from "../server/index.ts";
import { messageOf } from "../server/index.ts";
import { kindClusterLabel, timeLimits } from "./constants.ts";
import { listContainers } from "./containers.ts";
import { checkKindVersion } from "./kind-cli.ts";
import { howToMakeWay, mayMakeWay } from "./make-way.ts";

/** What a preview says about the creation of a cluster: what has to go first, and what the machine lacks. */
export async function clusterOutlook(
  { name, generation, owner }: PropertyMap,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (typeof name !== "string" || typeof owner !== "string") return [];
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeLimits.outlook)]);
  const [replaced, tools] = await Promise.all([
    formerGeneration({ name, owner, generation }, limited),
    checkKindVersion(limited).then(
      () => [],
      (error: unknown) => [`the cluster ${name} can't be created: ${messageOf(error)}`],
    ),
  ]);
  signal.throwIfAborted();
  return [...replaced, ...tools];
}

async function formerGeneration(
  { name, owner, generation }: { name: string; owner: string; generation: unknown },
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const containers = await listContainers(`label=${kindClusterLabel}=${name}`, signal);
    const former = containers.flatMap(({ stamp }) =>
      stamp?.owner === owner && stamp.generation !== generation ? [stamp.generation] : [],
    );
    const [first] = former;
    if (first === undefined) return [];
    const cluster = { name, generation: first };
    const allowed = mayMakeWay(cluster)
      ? ""
      : `. It is refused until you allow it. ${howToMakeWay([cluster])}`;
    return [
      `this edit replaces the cluster ${name}: everything in it is deleted, and its Links pause until the new one ` +
        `is up${allowed}`,
    ];
  } catch (error) {
    return [
      `whether this edit replaces the cluster ${name} could not be seen: ${messageOf(error)}`,
    ];
  }
}
