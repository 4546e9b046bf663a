import { linkerdNamespace } from "../../planning/names.ts";
import { checkIssuer } from "../../planning/trust/certificates/check.ts";
import { readCertificates } from "../../planning/trust/certificates/pem.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesSecret } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath, issuerSecret } from "../../linkerd/names.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  text,
  triggersInput,
} from "./inputs.ts";

const inputs = {
  ...accessInputs,
  anchors: { type: "string", description: "PEM of what the mesh trusts." },
  ...triggersInput,
} as const satisfies Readonly<Record<string, InputSchema>>;

const secretPath = corePath(linkerdNamespace, "secrets", issuerSecret);

/** Exists once a cluster has an issuer that somebody else makes there, and that the mesh can trust. */
export const issuerReady: Resource = {
  type: "linkerd-topology:index:IssuerReady",
  schema: schemaOf("Exists once the Secret with the issuer is there and fit for the mesh.", inputs),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs),
  create: async (request, context) => {
    await proved(request.inputs, context);
    return { id: issuerSecret, outputs: outputsOf(request.inputs) };
  },
  update: async ({ newInputs }, context) => {
    await proved(newInputs, context);
    return outputsOf(newInputs);
  },
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async () => {
    // The Secret is of whoever made it.
  },
};

async function proved(properties: PropertyMap, context: Context): Promise<void> {
  const api = await clusterApi(properties, context.signal);
  const { certificates: anchors } = readCertificates(text(properties, "anchors"));
  const pem = await waitFor({
    what: `waiting for the issuer of the cluster at ${api.server}`,
    limit: timeLimits.issuerMade,
    look: async () => {
      const secret = await getIfThere<KubernetesSecret>(api, secretPath);
      if (secret === undefined) return { done: false, seen: `there is no Secret ${issuerSecret}` };
      const encoded = secret.data?.["tls.crt"] ?? "";
      if (encoded === "" || (secret.data?.["tls.key"] ?? "") === "") {
        return { done: false, seen: `Secret ${issuerSecret} lacks tls.crt or tls.key` };
      }
      return { done: true, value: Buffer.from(encoded, "base64").toString("utf8") };
    },
    further: `Look further with: kubectl -n ${linkerdNamespace} describe certificate ${issuerSecret}`,
    signal: context.signal,
    onSeen: (seen) => {
      context.status(`waiting for the issuer: ${seen}`);
    },
  });
  const { certificates, problems } = readCertificates(pem);
  const all = [...problems, ...checkIssuer(certificates, anchors, new Date())];
  if (all.length === 0) return;
  const lines = all.map(({ message, fix }) => `\n  ${message} (${fix})`);
  throw new Error(
    `the issuer in Secret ${linkerdNamespace}/${issuerSecret} at ${api.server} can't be used:${lines.join("")}`,
  );
}
