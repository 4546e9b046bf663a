import { writeFile } from "node:fs/promises";
import path from "node:path";
import { CommandError } from "../command-error.ts";
import { meshOf } from "../proof.ts";
import type { UpResult } from "../up.ts";
import { verify } from "../../verification/index.ts";
import type { Mesh, Verification, VerifyOptions } from "../../verification/index.ts";
import { kubeconfigVariables, writeKubeconfigs } from "./kubeconfig.ts";
import { runVariable } from "./processes.ts";
import { definedIn } from "../../system/environment.ts";

/** A cluster of a run. */
export interface RunCluster {
  readonly name: string;
  /** Kubeconfig file with only this cluster. */
  readonly kubeconfigPath: string;
  /** Context in that file and in the merged one: the cluster's name. */
  readonly context: string;
  /** UID of its namespace kube-system. */
  readonly uid?: string | undefined;
}

/** A mesh that exists as long as something uses it. */
export interface RunMesh extends Mesh {
  /** Name of the run, of its topology and of its stack. */
  readonly name: string;
  readonly clusters: readonly RunCluster[];
  /** Kubeconfig file with a context per cluster, named after it. The first cluster's is current. */
  readonly kubeconfigPath: string;
  /** Environment for programs that use the mesh: this process's own, with `KUBECONFIG` and the like. */
  readonly env: Readonly<Record<string, string>>;
  /** Proves that the mesh does what the plan says, with traffic too; see `verify`. */
  verify(options?: VerifyOptions): Promise<Verification>;
}

/**
 * Creates what a run's command needs of a running mesh: kubeconfigs, the plan, environment variables.
 *
 * @param directory of the run
 * @param base the environment variables that the run's override
 */
export async function makeRunMesh(
  name: string,
  { plan, outputs }: Pick<UpResult, "plan" | "outputs">,
  directory: string,
  base: NodeJS.ProcessEnv,
): Promise<RunMesh> {
  const made = meshOf(outputs);
  if (made === undefined) throw new CommandError(`the stack ${name} has no outputs`);
  const kubeconfigs = await writeKubeconfigs(made, directory);
  const planFile = path.join(directory, "plan.json");
  await writeFile(planFile, JSON.stringify(plan, undefined, 2), { mode: 0o600 });
  const mesh = {
    plan,
    clusters: Object.entries(kubeconfigs.clusters).map(([cluster, kubeconfigPath]) => ({
      name: cluster,
      kubeconfigPath,
      context: cluster,
      uid: made.clusters.find(({ name }) => name === cluster)?.uid,
    })),
  };
  return {
    ...mesh,
    name,
    kubeconfigPath: kubeconfigs.merged,
    env: {
      ...definedIn(base),
      ...kubeconfigVariables(kubeconfigs),
      LINKERD_TOPOLOGY_NAME: name,
      LINKERD_TOPOLOGY_PLAN: planFile,
      [runVariable]: name,
    },
    verify: (options) => verify(mesh, options),
  };
}
