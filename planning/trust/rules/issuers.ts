import { type Path, type RuleProblem, show } from "../../topology/problem.ts";
import type { Draft } from "../../topology/shape.ts";
import type { TrustSpec } from "../../topology.ts";
import type { DraftCluster } from "../../topology/draft-clusters.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import { certificateFormRules } from "./certificate-form.ts";

/** Checks issuers that the package doesn't create. */
export function* issuerRules({ clusters, draft }: RuleInput): Iterable<RuleProblem> {
  for (const cluster of clusters) {
    if (cluster.spec.trust?.issuer === undefined) continue;
    yield* checkForm(cluster);
    // An adopted mesh keeps its anchors, whoever signed with them.
    if (draft.adopt !== true) yield* checkSigned(cluster, draft.trust);
    yield* checkNothingToMake(cluster);
  }
}

function* checkForm({ path: clusterPath, isKind, spec }: DraftCluster): Iterable<RuleProblem> {
  const issuer = spec.trust?.issuer ?? {};
  const path: Path = [...clusterPath, "trust", "issuer"];
  const { certificate, certificateFile, keyFile, certManager } = issuer;
  yield* certificateFormRules(issuer, path);
  const isGiven = (certificate ?? certificateFile) !== undefined;
  if (certManager !== undefined) {
    if (isGiven || keyFile !== undefined) {
      yield {
        path: [...path, "certManager"],
        message: "creates the issuer in the cluster, but another issuer is given as well",
        fix: "leave out one of the two",
      };
    }
    if (isKind) {
      yield {
        path: [...path, "certManager"],
        message: "needs a cluster that runs cert-manager; the package creates this one without it",
        fix: "leave it out, or use an existing cluster (kubeconfig)",
      };
    }
  } else if (!isGiven) {
    yield {
      path,
      message: "does not say which issuer",
      fix: "write certificateFile and keyFile, or certManager, or leave it out",
    };
  } else if (keyFile === undefined) {
    yield {
      path,
      message: "is an issuer without a key, which can't sign anything",
      fix: "name its key as keyFile",
    };
  }
}

/** The package keeps the key of its anchor: nothing in a cluster can sign with it. */
function* checkSigned(
  { name, path, isKind, spec }: DraftCluster,
  trust: Draft<TrustSpec> | undefined,
): Iterable<RuleProblem> {
  if (isKind || spec.trust?.issuer?.certManager === undefined) return;
  const anchors = trust?.anchors ?? [{}];
  // An anchor that couldn't be read may be a certificate.
  if (anchors.some((one) => one === undefined || (one.certificate ?? one.certificateFile))) return;
  yield {
    path: [...path, "trust", "issuer", "certManager"],
    message:
      `cert-manager in ${show(name)} can't sign with a trust anchor that the package makes: its key never ` +
      "enters a cluster",
    fix: "list the certificate of cert-manager's authority in trust.anchors, as certificateFile",
  };
}

function* checkNothingToMake({ path, spec }: DraftCluster): Iterable<RuleProblem> {
  for (const key of ["signer", "rotation"] as const) {
    if (spec.trust?.[key] === undefined) continue;
    yield {
      path: [...path, "trust", key],
      message: `${key} applies to issuers that the package creates, and this cluster has its own`,
      fix: `leave out ${key}, or issuer`,
    };
  }
}
