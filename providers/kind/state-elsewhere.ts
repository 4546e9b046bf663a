import type { Container } from "./container.ts";
import { defaultKubeconfigPath } from "../../system/state-directory.ts";
import { readMarker } from "./marker.ts";

/** A finished cluster whose kubeconfig belongs to another state. */
export interface ClusterElsewhere {
  readonly name: string;
  /** The path of its kubeconfig. */
  readonly made: string;
  /** The path that it would have in this state. */
  readonly own: string;
}

/** The inputs of a finished cluster, from the first control plane that has the marker. */
export async function readMade(containers: readonly Container[], signal: AbortSignal) {
  const planes = containers.filter(({ role }) => role === "control-plane");
  const markers = await Promise.all(planes.map(({ name }) => readMarker(name, signal)));
  const made = markers.flatMap((marker) => (marker === undefined ? [] : [marker.inputs]));
  return [...new Map(made.map((inputs) => [inputs.name, inputs])).values()];
}

/**
 * The clusters among an owner's nodes that belong to another state: another XDG_STATE_HOME, or another user's
 * home. That state knows what is in them, and this one doesn't. A kubeconfig at a path that somebody chose
 * says nothing.
 *
 * @param env the variables that say where this state is
 */
export async function clustersElsewhere(
  containers: readonly Container[],
  owner: string,
  options: {
    readonly signal: AbortSignal;
    readonly env?: Readonly<Record<string, string | undefined>>;
  },
): Promise<ClusterElsewhere[]> {
  const nodes = containers.filter(({ stamp }) => stamp?.owner === owner);
  return (await readMade(nodes, options.signal)).flatMap(({ name, kubeconfigPath: made }) => {
    const own = defaultKubeconfigPath(owner, name, options.env);
    const isDefault = made.endsWith(`/linkerd-topology/${owner}/${name}.kubeconfig`);
    return isDefault && made !== own ? [{ name, made, own }] : [];
  });
}

/** @throws Error that lists all of them, if there are any */
export function refuseElsewhere(clusters: readonly ClusterElsewhere[]): void {
  if (clusters.length === 0) return;
  const list = clusters
    .map(({ name, made, own }) => `${JSON.stringify(name)} (its kubeconfig is ${made}, not ${own})`)
    .join(", ");
  const remove = clusters.map(({ name }) => `\`kind delete cluster --name ${name}\``).join(", ");
  throw new Error(
    `there are clusters of a stack with the same name whose state is elsewhere: ${list}. Nothing ` +
      "was changed. Use the XDG_STATE_HOME (or HOME) of that stack; or give this stack another name; or, if you " +
      `don't need those clusters any more, remove them with ${remove}.`,
  );
}
