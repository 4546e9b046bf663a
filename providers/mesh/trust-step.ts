import { existsSync } from "node:fs";
import type { ClusterTrust, WantedTrust } from "../../planning/trust/rotation/facts.ts";
import { describeStepProblems, stepProblems } from "../../planning/trust/rotation/step-problems.ts";
import { wantedTrust } from "../../planning/trust/rotation/wanted.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { observeTrust, silentTrust } from "../../linkerd/trust/trust-facts.ts";
import type { Draft } from "../../planning/topology/shape.ts";
import type { CheckRequest, Context, Fail, Properties } from "../server/index.ts";
import { isPropertyMap, readShape } from "../server/index.ts";
import { accessAmong, clusterApi } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { type Access, accessByCluster, byCluster } from "./inputs.ts";

const { kubeconfigPaths, contexts, clusterUids } = accessByCluster;

const inputs = {
  anchors: byCluster("Generation → PEM of an anchor that every cluster is to trust."),
  signers: byCluster(
    "Cluster → generation that signs its issuer; empty where somebody else decides it.",
  ),
  kubeconfigPaths,
  contexts,
  clusterUids,
  kindNames: byCluster(
    "Cluster → name that kind knows it by. Whether such a cluster is yet to be made, Docker tells.",
  ).exactOptional(),
};

type Step = Properties<typeof inputs>;

export const trustStep = gate({
  name: "TrustStep",
  description:
    "Exists once the running clusters allow the wanted change of trust. Everything that changes trust in a " +
    "cluster must depend on it: a step of a rotation that would interrupt traffic fails here, with every " +
    "reason, before anything is changed in any of them.",
  inputs,
  outputs: {},
  check: outOfOrder,
  id: () => "trust-step",
  create: async (step, context) => {
    await allowed(step, context);
    return {};
  },
});

/** Refuses steps that the one before rules out, whatever the clusters say. A preview already reports them. */
function outOfOrder({ signers = {} }: Draft<Step>, fail: Fail, request: CheckRequest): void {
  const { olds, news } = request;
  // If an anchor doesn't exist yet, its generation is known and its PEM isn't.
  if (Object.keys(olds).length === 0 || !isPropertyMap(news["anchors"])) return;
  const former = readShape(inputs, olds);
  const before = Object.keys(former.anchors);
  if (before.length === 0) return;
  const after = Object.keys(news["anchors"]);
  for (const [cluster, signer = ""] of Object.entries(signers)) {
    const old = former.signers[cluster] ?? "";
    if (signer !== "" && !before.includes(signer)) {
      fail(
        ["signers", cluster],
        `generation ${signer} of the trust anchor can't sign anything in the same update in which ` +
          "it is added: nobody trusts it yet. Only list it in trust.anchors at first",
      );
    } else if (old !== "" && !after.includes(old)) {
      fail(
        ["signers", cluster],
        `generation ${old} of the trust anchor can't be taken out in the same update in which ` +
          "another one signs in its place. Keep it in trust.anchors until all certificates are renewed",
      );
    }
  }
}

async function allowed(step: Step, context: Context): Promise<void> {
  const clusters = Object.keys(step.kubeconfigPaths ?? {});
  const facts = await Promise.all(clusters.map((cluster) => look(step, cluster, context)));
  const problems = stepProblems(
    wantedOf(step),
    facts.filter((one) => one !== undefined),
  );
  if (problems.length === 0) return;
  throw new Error(describeStepProblems(problems));
}

function wantedOf(step: Step): WantedTrust {
  const signers = Object.entries(step.signers).map(
    ([cluster, signer]) => [cluster, signer === "" ? undefined : Number(signer)] as const,
  );
  return wantedTrust(step.anchors, Object.fromEntries(signers));
}

/**
 * What a cluster trusts now. A missing kubeconfig proves nothing: Docker knows whether there is a kind
 * cluster, and an existing cluster certainly exists.
 *
 * @returns undefined for a cluster that doesn't exist yet
 */
async function look(
  step: Step,
  cluster: string,
  { signal }: Context,
): Promise<ClusterTrust | undefined> {
  const access = accessAmong(step, cluster);
  const { kubeconfigPath: file = "" } = access;
  try {
    const kubeconfig = existsSync(file)
      ? access
      : await fromNodes(step.kindNames?.[cluster], signal);
    if (kubeconfig === undefined) return undefined;
    return await observeTrust(cluster, await clusterApi(kubeconfig, signal));
  } catch (error) {
    signal.throwIfAborted();
    const { message } = error as Error;
    return silentTrust(
      cluster,
      existsSync(file) ? message : `its kubeconfig ${file} is gone: ${message}`,
    );
  }
}

/**
 * Access to a kind cluster from the contents of its nodes, which its kubeconfig file is built from.
 *
 * @returns undefined if Docker has no such cluster
 * @throws if Docker can't be asked, or the nodes don't answer
 */
async function fromNodes(
  kindName: string | undefined,
  signal: AbortSignal,
): Promise<Access | undefined> {
  if (kindName === undefined) throw new Error("only whoever made the cluster has another one");
  const [{ findContainers }, { openCluster }, { kubeconfigText }] = await Promise.all([
    import("../kind/containers.ts"),
    import("../kind/cluster-state.ts"),
    import("../kind/kubeconfig.ts"),
  ]);
  const nodes = await findContainers(kindName, [], signal);
  if (nodes.length === 0) return undefined;
  const stopped = nodes.filter(({ running }) => !running).map(({ name }) => name);
  if (stopped.length > 0) throw new Error(`its nodes don't run: ${stopped.join(", ")}`);
  const { credentials } = await openCluster(nodes, timeLimits.clusterSilent, signal);
  return { kubeconfig: kubeconfigText(kindName, credentials) };
}
