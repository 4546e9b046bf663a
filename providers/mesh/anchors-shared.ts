import { describeAnchor } from "../../planning/trust/certificates/anchor.ts";
import type { ClusterTrust } from "../../planning/trust/rotation/facts.ts";
import { observeAnchors } from "../../linkerd/trust/trust-facts.ts";
import type { Context, Properties } from "../server/index.ts";
import { clusterApis } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessByCluster, fixedText, triggersInput } from "./inputs.ts";

const inputs = {
  source: fixedText("Name of the Link's source."),
  target: fixedText("Name of the Link's target."),
  ...accessByCluster,
  ...triggersInput,
};

export const anchorsShared = gate({
  name: "AnchorsShared",
  description:
    "Exists once the source and the target of a Link trust the same anchors, and each other's issuer. It " +
    "must depend on both control planes; the Link must depend on it.",
  inputs,
  outputs: {},
  id: ({ source, target }) => `${source}/${target}`,
  create: compared,
});

async function compared(ends: Properties<typeof inputs>, context: Context) {
  const apis = await clusterApis(ends, context.signal);
  const look = async (end: "source" | "target") => {
    const cluster = ends[end];
    const api = apis.get(cluster);
    if (api === undefined) throw new Error(`${cluster} has no kubeconfig among the inputs`);
    return { cluster, ...(await observeAnchors(api)) };
  };
  const [source, target] = await Promise.all([look("source"), look("target")]);
  const ids = ({ anchors }: Pick<ClusterTrust, "anchors">) =>
    [...new Set(anchors.map(({ id }) => id))].sort().join();
  const shown = [source, target]
    .map(
      ({ cluster, anchors }) =>
        `\n  ${cluster}: ${anchors.map(describeAnchor).join(", ") || "nothing"}`,
    )
    .join("");
  if (ids(source) !== ids(target) || source.anchors.length === 0) {
    throw new Error(
      `the Link from ${source.cluster} to ${target.cluster} was not created: the two trust different ` +
        `anchors, and neither would accept the other's proxies:${shown}\n` +
        "Give both the same trust anchors; if a rotation is under way, finish its step in both first.",
    );
  }
  for (const { cluster, issuer } of [source, target]) {
    if (issuer === undefined || issuer.anchor !== undefined) continue;
    throw new Error(
      `the Link from ${source.cluster} to ${target.cluster} was not created: the issuer of ${cluster} ` +
        `(SHA-256 ${issuer.fingerprint}) was not signed by an anchor that both trust:${shown}\n` +
        `Give ${cluster} an issuer that one of them signed.`,
    );
  }
  return {};
}
