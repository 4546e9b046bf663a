import { readFile } from "node:fs/promises";
import type { Plan } from "../../planning/plan-types.ts";
import { messageOf } from "../../system/message-of.ts";
import { verify } from "../../verification/index.ts";
import { definedIn } from "../../system/environment.ts";
import { badInput } from "../command-error.ts";
import { kubeconfigVariable } from "../runs/kubeconfig.ts";
import type { RunMesh } from "../runs/run-mesh.ts";

/** Variables that `run` and {@link shareTopology} set for the programs that use the mesh. */
const variables = { name: "LINKERD_TOPOLOGY_NAME", plan: "LINKERD_TOPOLOGY_PLAN" } as const;

/**
 * The mesh that another process brought up for this one.
 *
 * @param asked the plan of the topology that this process wants. @default whatever is shared
 * @returns undefined if there is none
 * @throws CommandError if it is a mesh of another topology, or its files can't be read
 */
export async function sharedMesh(
  asked: (name: string) => Promise<Plan | undefined>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RunMesh | undefined> {
  const name = env[variables.name];
  const file = env[variables.plan];
  if (name === undefined || file === undefined) return undefined;
  const plan = await readPlan(file);
  const wanted = await asked(name);
  if (wanted !== undefined) requireSame(wanted, plan, name);
  const clusters = plan.clusters.map((cluster) => ({
    name: cluster.name,
    kubeconfigPath: needed(env, kubeconfigVariable(cluster.name)),
    context: cluster.name,
  }));
  const mesh = { plan, clusters };
  return {
    ...mesh,
    name,
    kubeconfigPath: needed(env, "KUBECONFIG"),
    env: definedIn(env),
    verify: (options) => verify(mesh, options),
  };
}

async function readPlan(file: string): Promise<Plan> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Plan;
  } catch (error) {
    throw badInput(
      `${variables.plan} names ${file}, the plan of the mesh for these tests, which can't be read: ` +
        `${messageOf(error)}. If that mesh is gone, unset ${variables.plan} and ${variables.name}`,
      { cause: error },
    );
  }
}

function needed(env: NodeJS.ProcessEnv, variable: string): string {
  const value = env[variable];
  if (value !== undefined && value !== "") return value;
  throw badInput(
    `${variables.name} says that there is a mesh for these tests, but ${variable} is missing: start them with all ` +
      "variables of `run` or `shareTopology`, or with none",
  );
}

/** Tests that ran on another mesh than they were written for would prove nothing. */
function requireSame(wanted: Plan, shared: Plan, name: string): void {
  const asked = shapeOf(wanted);
  const there = shapeOf(shared);
  if (asked === there) return;
  throw badInput(
    `the mesh for these tests, ${name}, has ${there}; this file asks for ${asked}. Share the topology that the ` +
      "files of the run use, and run files of another one apart",
  );
}

function shapeOf({ clusters, links }: Plan): string {
  const names = clusters.map(({ name }) => name).sort();
  const edges = links.map(({ source, target, mode }) => `${source} to ${target} (${mode})`).sort();
  return `the clusters ${names.join(", ")} and the Links ${edges.join(", ") || "none"}`;
}
