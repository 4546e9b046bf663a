import { isDeepStrictEqual } from "node:util";
import { type ClusterInputs, replacingInputs } from "./cluster-inputs.ts";
import type { Container } from "./container.ts";
import { nodeNames } from "./containers.ts";
import { howToMakeWay } from "./make-way.ts";

/**
 * A finished cluster that has changed since. People's work in it is lost with its containers, so they are
 * removed only if somebody says so, never because of what was seen.
 */
export class RuinedClusterError extends Error {
  constructor(name: string, seen: string, mend: string, options?: ErrorOptions) {
    super(
      `the cluster ${JSON.stringify(name)} is there, but ${seen}. Nothing was removed. ${mend}. If you don't ` +
        `need what is in it, remove it with \`kind delete cluster --name ${name}\`: the next up recreates it.`,
      options,
    );
    this.name = "RuinedClusterError";
  }
}

/**
 * Makes sure that a finished cluster has the wanted inputs.
 *
 * @throws RuinedClusterError
 */
export function refuseOther(inputs: ClusterInputs, made: ClusterInputs): void {
  const others = replacingInputs.filter((key) => !isDeepStrictEqual(made[key], inputs[key]));
  if (others.length === 0) return;
  const seen = `was created from other inputs (${others.join(", ")})`;
  const mend = others.includes("generation") ? howToMakeWay([made]) : "Undo what was changed since";
  throw new RuinedClusterError(inputs.name, seen, mend);
}

/**
 * Makes sure that a finished cluster still has all of its containers, and no others.
 *
 * @throws RuinedClusterError
 */
export function refuseRuin(
  { name, controlPlanes, workers }: ClusterInputs,
  found: readonly Container[],
): void {
  const expected = nodeNames(name, controlPlanes, workers);
  const names = found.map((node) => node.name);
  const missing = expected.filter((node) => !names.includes(node));
  if (missing.length > 0) {
    const seen = `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
    throw new RuinedClusterError(name, seen, "Save what you need from it");
  }
  const more = names.filter((node) => !expected.includes(node));
  if (more.length > 0) {
    const mend = `Remove the extra containers (\`docker rm --force --volumes ${more.join(" ")}\`)`;
    throw new RuinedClusterError(name, `${more.join(", ")} should not be`, mend);
  }
}
