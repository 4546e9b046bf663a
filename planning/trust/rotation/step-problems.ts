import { describeAnchor, type Anchor } from "../certificates/anchor.ts";
import { listNames, type ProblemText } from "../../topology/problem.ts";
import type { ClusterTrust, WantedAnchor, WantedTrust } from "./facts.ts";
import { describeProxies, distrusting, notRenewed } from "./proxies.ts";

/**
 * Every reason why running clusters can't change to what a topology wants without interrupting traffic
 * between them. Empty for a mesh that doesn't run yet, and for one that already has what is wanted.
 *
 * @param facts of every running cluster; clusters that don't exist yet are left out
 */
export function stepProblems(wanted: WantedTrust, facts: readonly ClusterTrust[]): ProblemText[] {
  const running = facts.filter(({ problem }) => problem === undefined);
  const removed = removedAnchors(wanted, running);
  const signers = newSigners(wanted, running);
  const problems = [
    ...removed.flatMap((anchor) => [...checkRemoval(anchor, running)]),
    ...signers.flatMap(([anchor, clusters]) => [...checkSigner(anchor, clusters, running)]),
  ];
  const silent = facts.filter(({ problem }) => problem !== undefined);
  // What it trusts, and whether that would change, is unknown too.
  if (silent.length === 0) return problems;
  return [
    ...problems,
    {
      message:
        `whether ${listNames(silent.map(({ cluster }) => cluster))} is ready for this step is unknown: ` +
        silent.map(({ cluster, problem }) => `${cluster}: ${problem ?? ""}`).join("; "),
      fix: "restore the cluster with an `up` of the earlier topology, or remove it from the topology",
    },
  ];
}

/** All problems as the message of an error. */
export function describeStepProblems(problems: readonly ProblemText[]): string {
  const lines = problems.map(({ message, fix }) => `\n  ${message} (${fix})`);
  return `this step of a rotation is refused; nothing was changed in any cluster:${lines.join("")}`;
}

/** Anchors that some cluster trusts now and that the topology removes. */
function removedAnchors(wanted: WantedTrust, running: readonly ClusterTrust[]): readonly Anchor[] {
  const kept = new Set(wanted.anchors.map(({ id }) => id));
  const now = new Map(running.flatMap(({ anchors }) => anchors.map((one) => [one.id, one])));
  return [...now.values()].filter(({ id }) => !kept.has(id));
}

function* checkRemoval(anchor: Anchor, running: readonly ClusterTrust[]): Iterable<ProblemText> {
  const name = describeAnchor(anchor);
  const signed = running.filter(({ issuer }) => issuer?.anchor === anchor.id);
  if (signed.length > 0) {
    yield {
      message: `${name} can't be taken out: it signs the issuer of ${listNames(signed.map(({ cluster }) => cluster))}`,
      fix: "list it again, and let another generation sign first (trust.signer)",
    };
  }
  const old = running
    .filter(({ anchors }) => anchors.some(({ id }) => id === anchor.id))
    .filter((cluster) => !signed.includes(cluster))
    .map((cluster) => [cluster.cluster, notRenewed(cluster)] as const)
    .filter(([, proxies]) => proxies.length > 0);
  if (old.length === 0) return;
  yield {
    message:
      `${name} can't be taken out: it may have issued certificates that are still in use, of ` +
      old.map(([cluster, proxies]) => describeProxies(cluster, proxies)).join("; "),
    fix: "list it again until these are restarted (trust.restart) or have renewed their certificates, within a day",
  };
}

/** Anchors that would sign where another one signs now, or none yet. */
function newSigners(
  wanted: WantedTrust,
  running: readonly ClusterTrust[],
): [WantedAnchor, readonly string[]][] {
  return wanted.anchors.flatMap((anchor): [WantedAnchor, readonly string[]][] => {
    const clusters = Object.entries(wanted.signers)
      .filter(([, generation]) => generation === anchor.generation)
      .map(([cluster]) => cluster)
      .filter((name) => {
        const now = running.find(({ cluster }) => cluster === name)?.issuer;
        return now?.anchor !== anchor.id;
      });
    return clusters.length === 0 ? [] : [[anchor, clusters]];
  });
}

function* checkSigner(
  anchor: WantedAnchor,
  clusters: readonly string[],
  running: readonly ClusterTrust[],
): Iterable<ProblemText> {
  const name = `generation ${anchor.generation}, ${describeAnchor(anchor)},`;
  const who = `can't sign the issuer of ${listNames(clusters)} yet`;
  const first = `let generation ${anchor.generation} only be listed in trust.anchors until every cluster trusts it`;
  const established = running.filter(({ anchors }) => anchors.length > 0);
  const without = established.filter(({ anchors }) => !anchors.some(({ id }) => id === anchor.id));
  if (without.length > 0) {
    yield {
      message: `${name} ${who}: not trusted in ${listNames(without.map(({ cluster }) => cluster))}`,
      fix: first,
    };
  }
  const unaware = established
    .filter((cluster) => !without.includes(cluster))
    .map((cluster) => [cluster.cluster, distrusting(cluster, anchor.id)] as const)
    .filter(([, proxies]) => proxies.length > 0);
  if (unaware.length === 0) return;
  yield {
    message:
      `${name} ${who}: proxies started before they could trust it, of ` +
      unaware.map(([cluster, proxies]) => describeProxies(cluster, proxies)).join("; "),
    fix: `${first}, and restart these (trust.restart, or by hand)`,
  };
}
