import { type Check, failed, failedForGood, type MeshSubject, notRun, passed } from "./check.ts";
import { validity } from "./validity.ts";

/** Every cluster trusts the same anchors, and they are valid. */
export const trustAnchorShared: Check<MeshSubject> = {
  id: "trust-anchor-shared",
  title: "same trust anchor everywhere",
  run: ({ plan: { found }, status }) => {
    const asked = status.clusters.filter(({ reachable }) => reachable);
    if (asked.length === 0) return notRun("no cluster answers");
    const without = asked.filter(({ trustAnchors }) => trustAnchors.length === 0);
    if (without.length > 0) {
      return failed(
        `${without.map(({ name }) => name).join(", ")}: no certificate in ConfigMap linkerd-identity-trust-roots`,
        found === true
          ? "Linkerd's control plane makes it: install it, or allow the kubeconfig's user to read it."
          : "Run `up`.",
      );
    }
    const sets = new Map<string, string[]>();
    for (const { name, trustAnchors } of asked) {
      const set = trustAnchors.map(({ fingerprint }) => fingerprint).sort();
      sets.set(set.join(" and "), [...(sets.get(set.join(" and ")) ?? []), name]);
    }
    if (sets.size > 1) {
      const parties = [...sets].map(([set, names]) => `${names.join(", ")}: ${set}`);
      return failedForGood(
        `the clusters trust different anchors (${parties.join("; ")})`,
        found === true
          ? "Give all clusters the same bundle of trust anchors (identityTrustAnchorsPEM); if a rotation is under way, finish it in every cluster: https://linkerd.io/2/tasks/manually-rotating-control-plane-tls-credentials/"
          : "Run `up`; if a rotation is under way, finish it in every cluster.",
      );
    }
    const anchors = asked[0]?.trustAnchors ?? [];
    const troubles = anchors.flatMap((anchor) => {
      const trouble = validity(anchor, new Date());
      return trouble === undefined ? [] : [`the trust anchor ${anchor.fingerprint} ${trouble}`];
    });
    if (troubles.length > 0) {
      return failedForGood(troubles.join("; "), "Create a new trust anchor and rotate to it.");
    }
    const silent = status.clusters.filter(({ reachable }) => !reachable);
    if (silent.length > 0) {
      const names = silent.map(({ name }) => name).join(", ");
      return notRun(`the others trust the same; no answer from ${names}`);
    }
    const shown = anchors.map(({ fingerprint }) => fingerprint).join(" and ");
    return passed(anchors.length > 1 ? `${shown}: a rotation is under way` : shown);
  },
};
