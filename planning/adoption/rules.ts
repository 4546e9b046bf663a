import type { Path, RuleProblem } from "../topology/problem.ts";
import type { RuleInput } from "../topology/rule-input.ts";

/** Checks a topology that adopts a mesh: nothing in it may need another installation than the one there is. */
export function* adoptionRules({ draft, clusters }: RuleInput): Iterable<RuleProblem> {
  if (draft.adopt !== true) return;
  for (const { path, isKind, name } of clusters) {
    if (!isKind) continue;
    yield {
      path,
      message: `${JSON.stringify(name)} is a cluster that the package would create, so there is no mesh in it to adopt`,
      fix: "set its kubeconfig, or leave out adopt",
    };
  }
  const { access, docker, linkerd, observability, trust } = draft;
  const settings: readonly (readonly [Path, unknown, string])[] = [
    [["access"], access, "Links keep the accounts that they have"],
    [["docker"], docker, "no cluster is created"],
    [["linkerd", "values"], linkerd?.values, "the releases keep their values"],
    [["linkerd", "restart"], linkerd?.restart, "no release changes, so nothing is restarted"],
    [["observability"], observability, "nothing is installed in it"],
    [["trust", "anchors"], trust?.anchors, "the mesh keeps its trust anchors"],
    [["trust", "signer"], trust?.signer, "the mesh keeps its issuers"],
    ...clusters.flatMap(({ path, spec }): (readonly [Path, unknown, string])[] => [
      [
        [...path, "trust", "issuer"],
        spec.trust?.issuer?.keyFile,
        "the cluster keeps the issuer that it has",
      ],
      [[...path, "trust", "rotation"], spec.trust?.rotation, "the mesh keeps its issuers"],
      [[...path, "trust", "signer"], spec.trust?.signer, "the mesh keeps its issuers"],
      [[...path, "gateway", "admission"], spec.gateway?.admission, "the gateway keeps its policy"],
    ]),
  ];
  for (const [path, value, why] of settings) {
    if (value === undefined) continue;
    yield {
      path,
      message: `has no effect on an adopted mesh: ${why}`,
      fix: "leave it out, and change it with what made the mesh",
    };
  }
}
