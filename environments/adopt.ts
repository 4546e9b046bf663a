import { type AdoptionLook, lookToAdopt } from "../planning/adoption/look.ts";
import { asFound } from "../planning/discovery/found-plan.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Mesh } from "../verification/index.ts";
import { badInput, CommandError } from "./command-error.ts";
import { type Consent, isGiven } from "./consent.ts";
import type { NamedWay } from "./contexts.ts";
import { type FoundMesh, lookAt } from "./found-mesh.ts";
import { waysOf } from "./mesh-of-file.ts";
import { planStack } from "./plan-stack.ts";
import { resourceName, resourceType } from "./report/resource-words.ts";
import type { State } from "./state.ts";

interface AdoptRequest {
  /** Name of the stack. */
  readonly stack: string;
  /** A plan with `adopted`. */
  readonly plan: Plan;
  readonly state: State | undefined;
  /** Whether the mesh may be taken over. It is asked for once, not at every `up`. */
  readonly consent: Consent;
  readonly notice: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at the mesh that a topology adopts, and makes sure that whoever asked for it knows what that means.
 *
 * @throws CommandError, exit code 2, with everything that stands in the way, or if it is not wanted. Nothing was
 *   changed then
 */
export async function allowAdoption(request: AdoptRequest): Promise<void> {
  const { plan, state, consent, notice, signal } = request;
  refuseOwnMesh(state);
  const { observed, discovery } = await lookAt(await waysOf(plan), signal);
  signal?.throwIfAborted();
  const look = lookToAdopt(plan, observed, discovery);
  refuseObstacles(look);
  if (isAdopted(request)) return;
  const text = describeAdoption(look);
  if (consent === true) {
    notice(text);
    return;
  }
  if (await isGiven(consent, `${text}\nTake it over?`)) return;
  throw badInput(`${text}\nNothing was changed. If you want it, run it again with --yes`);
}

/** A stack whose topology adopts, for a plain `pulumi up`. */
interface PlainAdoption {
  readonly name: string;
  readonly topology: unknown;
  /** What the last update planned. @default none was finished */
  readonly recorded?: Plan | undefined;
}

/**
 * The questions of `up`, for the program of a plain `pulumi up`. Nobody is asked: Pulumi shows its own preview first.
 *
 * @returns what the takeover means, unless it has happened
 * @throws TopologyError; CommandError with everything that stands in the way. No resource is registered then
 */
export async function lookBeforeProgram({
  name,
  topology,
  recorded,
}: PlainAdoption): Promise<string | undefined> {
  if (recorded !== undefined && recorded.adopted !== true) throw madeItself();
  const plan = await planStack({ name, file: `Pulumi.${name}.yaml`, topology });
  const { observed, discovery } = await lookAt(await waysOf(plan));
  const look = lookToAdopt(plan, observed, discovery);
  refuseObstacles(look);
  const known = recorded?.clusters.map((cluster) => cluster.name) ?? [];
  if (plan.clusters.every((cluster) => known.includes(cluster.name))) return undefined;
  return `${describeAdoption(look)}\nPulumi's preview shows what is taken over as created.`;
}

function refuseObstacles({ obstacles }: AdoptionLook): void {
  if (obstacles.length === 0) return;
  throw badInput(
    ["this mesh can't be adopted as the topology says; nothing was changed:", ...obstacles].join(
      "\n  - ",
    ),
  );
}

/**
 * Without the releases and clusters that it made itself, the program would delete them.
 *
 * @throws CommandError, exit code 2
 */
export function refuseOwnMesh(state: State | undefined): void {
  const types = resourcesIn(state).map(({ urn }) => resourceType(urn));
  if (!types.some((type) => ownTypes.includes(type))) return;
  throw madeItself();
}

function madeItself(): CommandError {
  return badInput(
    "the topology says adopt, but this stack made its mesh itself, and would remove that. Nothing was changed: leave " +
      "out adopt, or adopt the other mesh in a topology of its own",
  );
}

/** What no stack with an adopted mesh has. */
const ownTypes: readonly string[] = [
  "linkerd-topology:index:Vacancy",
  "kubernetes:helm.sh/v3:Release",
  "kind:index:Cluster",
];

/** Whether an earlier `up` has taken over every cluster. */
export function isAdopted({ plan, stack, state }: Pick<AdoptRequest, "plan" | "stack" | "state">) {
  const guards = resourcesIn(state)
    .filter(({ urn }) => resourceType(urn) === "linkerd-topology:index:ClusterGuard")
    .map(({ urn }) => resourceName(urn));
  return plan.clusters.every(({ name }) => guards.includes(`${stack}-${name}`));
}

function resourcesIn(state: State | undefined) {
  return state?.deployment.resources ?? [];
}

/** What an adoption means, for people. */
export function describeAdoption({ taken, left, changes }: AdoptionLook): string {
  const part = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
  return [
    "This up takes over a mesh that others made. Nothing of it changes except what is added here, and no pod " +
      "restarts.",
    ...part("Taken over as it is, and left in place by down:", taken),
    ...part("Stays with what made it, upgrades included:", left),
    ...part("Added, and removed again by down:", changes),
  ].join("\n");
}

/** The mesh of a stack that adopted it, with the names that its objects have in the clusters now. */
export async function adoptedMesh(
  { plan, clusters }: Mesh,
  signal?: AbortSignal,
): Promise<FoundMesh> {
  const ways = clusters.flatMap((cluster): NamedWay[] =>
    "kubeconfigPath" in cluster
      ? [
          {
            kubeconfig: cluster.kubeconfigPath,
            context: cluster.context ?? "",
            name: cluster.name,
            usual: false,
          },
        ]
      : [],
  );
  const found = await lookAt(ways, signal);
  return { ...found, mesh: { plan: asFound(plan, found.discovery.links), clusters } };
}
