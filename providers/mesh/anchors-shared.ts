import { describeAnchor } from "../../planning/trust/certificates/anchor.ts";
import type { ClusterTrust } from "../../planning/trust/rotation/facts.ts";
import { observeAnchors } from "../../linkerd/trust/trust-facts.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApis } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessByCluster,
  checkInputs,
  outputsOf,
  schemaOf,
  text,
  triggersInput,
} from "./inputs.ts";

const inputs = {
  source: { type: "string", description: "Name of the Link's source." },
  target: { type: "string", description: "Name of the Link's target." },
  ...accessByCluster,
  ...triggersInput,
} as const satisfies Readonly<Record<string, InputSchema>>;

/** Exists once both ends of a Link were seen to trust the same, and each other's issuer. */
export const anchorsShared: Resource = {
  type: "linkerd-topology:index:AnchorsShared",
  schema: schemaOf(
    "Exists once the source and the target of a Link trust the same anchors.",
    inputs,
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, ["source", "target"]),
  create: async (request, context) => {
    await compared(request.inputs, context);
    return {
      id: `${text(request.inputs, "source")}/${text(request.inputs, "target")}`,
      outputs: outputsOf(request.inputs),
    };
  },
  update: async ({ newInputs }, context) => {
    await compared(newInputs, context);
    return outputsOf(newInputs);
  },
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async () => {
    // It made nothing.
  },
};

async function compared(properties: PropertyMap, context: Context): Promise<void> {
  const apis = await clusterApis(properties, context.signal);
  const look = async (end: "source" | "target") => {
    const cluster = text(properties, end);
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
}
