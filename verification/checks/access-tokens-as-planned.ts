import { accessToken, multiclusterNamespace as namespace } from "../../planning/names.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { KubernetesSecret } from "../../kubernetes/objects.ts";
import { corePath } from "../../linkerd/names.ts";
import { type Check, failed, kubectl, notRun, passed } from "./check.ts";
import { silent } from "./run-check.ts";
import type { AskedLink } from "./asked.ts";

const accountAnnotation = "kubernetes.io/service-account.name";

/**
 * A source's account in the target has one token, of the planned generation; a revoked account has none. Any
 * other token would still open the target after a rotation.
 */
export const accessTokensAsPlanned: Check<AskedLink> = {
  id: "access-tokens",
  title: "account in the target: the planned token, no other",
  // In a mesh that others made, they chose the account and how many tokens it has.
  applies: ({ plan }) => plan.found === undefined,
  run: async ({ plan, target, targetCluster }) => {
    if (targetCluster === undefined) return notRun(silent(plan.target));
    const { accessAccount, access } = plan;
    const items = await listAll<KubernetesSecret>(
      targetCluster.api,
      corePath(namespace, "secrets"),
      { fieldSelector: "type=kubernetes.io/service-account-token" },
    );
    const found = items
      .filter(({ metadata }) => metadata.annotations?.[accountAnnotation] === accessAccount)
      .map(({ metadata }) => metadata.name);
    const planned = access.revoked ? [] : [accessToken(accessAccount, access.tokenGeneration)];
    const missing = planned.filter((name) => !found.includes(name));
    const others = found.filter((name) => !planned.includes(name));
    const troubles = [
      ...missing.map((name) => `${name} is missing`),
      ...others.map((name) => `${name} opens ${plan.target} too`),
    ];
    if (troubles.length === 0) return passed(planned[0] ?? "none: revoked");
    const mend = others.length > 0 ? `delete secret ${others.join(" ")}` : "get secrets";
    return failed(
      troubles.join("; "),
      `${others.length > 0 ? "Delete what is not planned" : "Look"}: ${kubectl(target, `-n ${namespace} ${mend}`)}${missing.length > 0 ? "; to restore what is missing: up --refresh" : ""}`,
    );
  },
};
