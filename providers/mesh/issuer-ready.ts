import { linkerdNamespace } from "../../planning/names.ts";
import { checkIssuer } from "../../planning/trust/certificates/check.ts";
import { readCertificates } from "../../planning/trust/certificates/pem.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesSecret } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath, issuerSecret } from "../../linkerd/names.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { Context, Properties } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, text, triggersInput } from "./inputs.ts";

const issuerInputs = {
  ...accessInputs,
  anchors: text("PEM of what the mesh trusts."),
  ...triggersInput,
};

const secretPath = corePath(linkerdNamespace, "secrets", issuerSecret);

export const issuerReady = gate({
  name: "IssuerReady",
  description:
    "Exists once a cluster has an issuer that somebody else creates there, and that the mesh can trust.",
  inputs: issuerInputs,
  outputs: {},
  id: () => issuerSecret,
  create: proved,
});

async function proved(inputs: Properties<typeof issuerInputs>, context: Context) {
  const api = await clusterApi(inputs, context.signal);
  const { certificates: anchors } = readCertificates(inputs.anchors);
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
    onSeen: (seen) => context.status(`waiting for the issuer: ${seen}`),
  });
  const { certificates, problems } = readCertificates(pem);
  const all = [...problems, ...checkIssuer(certificates, anchors, new Date())];
  if (all.length === 0) return {};
  const lines = all.map(({ message, fix }) => `\n  ${message} (${fix})`);
  throw new Error(
    `the issuer in Secret ${linkerdNamespace}/${issuerSecret} at ${api.server} can't be used:${lines.join("")}`,
  );
}
