import { messageOf, type PropertyMap } from "../server/index.ts";
import { kindClusterLabel, timeLimits } from "./constants.ts";
import type { Container } from "./container.ts";
import { listContainers } from "./containers.ts";
import { checkKindVersion } from "./kind-cli.ts";
import { howToMakeWay, mayMakeWay } from "./make-way.ts";

/** What a preview says about the creation of a cluster: what has to go first, and what the machine lacks. */
export async function clusterOutlook(
  { name, generation, owner }: PropertyMap,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (typeof name !== "string" || typeof owner !== "string") return [];
  const { containers, kind } = await lookTogether();
  signal.throwIfAborted();
  return [
    ...(containers instanceof Error
      ? [
          `whether this edit replaces the cluster ${name} could not be seen: ${messageOf(containers)}`,
        ]
      : formerGeneration({ name, owner, generation }, containers)),
    ...(kind === undefined ? [] : [`the cluster ${name} can't be created: ${messageOf(kind)}`]),
  ];
}

interface Look {
  /** Of all kind clusters; or why they can't be listed. */
  readonly containers: readonly Container[] | Error;
  /** What is wrong with `kind`. */
  readonly kind: Error | undefined;
}

let looking: Promise<Look> | undefined;

/** One look serves all clusters that a preview asks about at once: each would cost a process of kind and two of Docker. */
async function lookTogether(): Promise<Look> {
  looking ??= look().finally(() => (looking = undefined));
  return looking;
}

async function look(): Promise<Look> {
  const limited = AbortSignal.timeout(timeLimits.outlook);
  const asError = (error: unknown): Error =>
    error instanceof Error ? error : new Error(messageOf(error));
  const [containers, kind] = await Promise.all([
    listContainers(`label=${kindClusterLabel}`, limited).catch(asError),
    checkKindVersion(limited).then(() => undefined, asError),
  ]);
  return { containers, kind };
}

function formerGeneration(
  { name, owner, generation }: { name: string; owner: string; generation: unknown },
  containers: readonly Container[],
): readonly string[] {
  const [former] = containers.flatMap(({ cluster, stamp }) =>
    cluster === name && stamp?.owner === owner && stamp.generation !== generation
      ? [{ name, generation: stamp.generation }]
      : [],
  );
  if (former === undefined) return [];
  const allowed = mayMakeWay(former)
    ? ""
    : `. It is refused until you allow it. ${howToMakeWay([former])}`;
  return [
    `this edit replaces the cluster ${name}: everything in it is deleted, and its Links pause until the new one is ` +
      `up${allowed}`,
  ];
}
