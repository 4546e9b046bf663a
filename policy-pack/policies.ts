import { X509Certificate } from "node:crypto";
import type {
  PolicyConfigSchema,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
} from "@pulumi/policy";

/*
 * A policy sees the resources that are to exist: not those that an update deletes, and nothing of the state. So the
 * engine refuses the deletion, because the resource is protected, and the policies refuse to give up the protection.
 */

const stacks = {
  type: "array",
  items: { type: "string" },
  default: ["(^|[-_.])(prod|production|live)($|[-_.])"],
  description: "Regular expressions of the names of protected stacks.",
} as const;

const configSchema: PolicyConfigSchema = { properties: { stacks } };

/** As kind's provider reads it (providers/kind/make-way.ts): clusters that an update may replace. */
const replaceVariable = "LINKERD_TOPOLOGY_REPLACE";

const clusterType = "kind:index:Cluster";
const identityType = "linkerd-topology:index:ClusterIdentity";
const releaseType = "kubernetes:helm.sh/v3:Release";

const clustersProtected: ResourceValidationPolicy = {
  name: "clusters-protected",
  description: "Clusters of protected stacks are protected from deletion and replacement.",
  enforcementLevel: "mandatory",
  configSchema,
  validateResource: (args, reportViolation) => {
    const { type } = args;
    if ((type !== clusterType && type !== identityType) || !isProtectedStack(args)) return;
    requireProtection(args, "cluster", reportViolation);
    const replaced = process.env[replaceVariable] ?? "";
    if (type === clusterType && replaced !== "") {
      reportViolation(
        `${replaceVariable} is set (${replaced}): it lets this update delete clusters for new ones. Unset it.`,
      );
    }
  },
};

const anchorsProtected: ResourceValidationPolicy = {
  name: "trust-anchors-protected",
  description: "Trust anchors of protected stacks are protected from deletion and replacement.",
  enforcementLevel: "mandatory",
  configSchema,
  validateResource: (args, reportViolation) => {
    if (!isAnchorPart(args.urn) || !isProtectedStack(args)) return;
    requireProtection(args, "trust anchor", reportViolation);
  },
};

const anchorsKept: ResourceValidationPolicy = {
  name: "trust-anchors-kept",
  description: "Every cluster of protected stacks trusts the anchors that the configuration lists.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      stacks,
      anchors: {
        type: "array",
        items: { type: "string" },
        default: [],
        description:
          "SHA-256 fingerprints (AB:CD:...) of the anchors. Needed for anchors whose certificate the topology " +
          "gives: they are no resource that could be protected.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    const { anchors = [] } = args.getConfig<{ anchors?: readonly string[] }>();
    if (args.type !== releaseType || anchors.length === 0 || !isProtectedStack(args)) return;
    const { chart, values } = args.props as { chart?: unknown; values?: Record<string, unknown> };
    if (typeof chart !== "string" || !/(^|\/)linkerd-control-plane\/?$/.test(chart)) return;
    const trusted = fingerprintsIn(values?.["identityTrustAnchorsPEM"]);
    const wanted = anchors.map((anchor) => anchor.trim().toUpperCase());
    const missing = wanted.filter((anchor) => !trusted.includes(anchor));
    if (missing.length === 0) return;
    reportViolation(
      `${args.name} would no longer trust ${missing.join(", ")}: certificates that this anchor signed are refused ` +
        "then. Put the anchor back into trust.anchors, or take it out of the policy's configuration first.",
    );
  },
};

/**
 * The policies of the pack that ships with the package, for a policy pack of one's own. They apply to stacks whose
 * names match `stacks` of their configuration, by default those with the word `prod`, `production` or `live`.
 *
 * - `clusters-protected`: kind clusters and the identities of existing clusters have Pulumi's option `protect`, and
 *   nobody allows replacements by `LINKERD_TOPOLOGY_REPLACE`.
 * - `trust-anchors-protected`: keys and certificates of trust anchors have the option too.
 * - `trust-anchors-kept`: control planes trust each anchor of `anchors` in the policy's configuration.
 *
 * @example
 * ```ts
 * import { PolicyPack } from "@pulumi/policy";
 * import { topologyPolicies } from "linkerd-topology/policies";
 *
 * new PolicyPack("ours", { policies: [...topologyPolicies] });
 * ```
 */
export const topologyPolicies: readonly ResourceValidationPolicy[] = [
  clustersProtected,
  anchorsProtected,
  anchorsKept,
];

/** Whether the name of the resource's stack matches. @throws SyntaxError if the configuration is no expression */
function isProtectedStack(args: ResourceValidationArgs): boolean {
  const { stacks: patterns = stacks.default } = args.getConfig<{ stacks?: readonly string[] }>();
  const stack = /^urn:pulumi:(.*?)::/.exec(args.urn)?.[1];
  if (stack === undefined) throw new Error(`${args.urn} names no stack`);
  return patterns.some((pattern) => new RegExp(pattern).test(stack));
}

function requireProtection(
  { name, opts, urn }: ResourceValidationArgs,
  what: string,
  reportViolation: ReportViolation,
): void {
  if (opts.protect) return;
  reportViolation(
    `the ${what} ${name} is not protected: an update could delete or replace it. Set ` +
      "`protect: true` in the topology, `linkerd-topology:protect: true` in the stack's configuration, or the " +
      "resource option `protect: true` on the Topology or the component of your program.",
    urn,
  );
}

/** Key and certificate of a `TrustAnchor`: the URN has the types of all parents. */
function isAnchorPart(urn: string): boolean {
  return /linkerd-topology:index:TrustAnchor\$tls:index\/[^:]+:(PrivateKey|SelfSignedCert)::/.test(
    urn,
  );
}

function fingerprintsIn(bundle: unknown): readonly string[] {
  if (typeof bundle !== "string") return [];
  const pems = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return pems.map((pem) => new X509Certificate(pem).fingerprint256);
}
