import type { Permission } from "../access/rules.ts";
import { reviewAccount } from "../access/review-account.ts";
import type { Check } from "./check.ts";
import { failed, kubectl, notRun, passed } from "./check.ts";
import { silent } from "./run-check.ts";
import type { AskedLink } from "./asked.ts";

/** So many are named; the rest is told by their number. */
const mostNamed = 6;

/**
 * The account of a source may do in the target what Linkerd's controllers need there, and nothing else: the
 * API server is asked as that account. Of a revoked one, nothing at all.
 */
export const accessRightsAsPlanned: Check<AskedLink> = {
  id: "access-rights",
  title: "account in the target: the rights it needs, no others",
  run: async ({ plan, target, targetCluster }) => {
    if (targetCluster === undefined) return notRun(silent(plan.target));
    const { access, api: administrator, lanes } = targetCluster;
    const review = await reviewAccount(access, plan, { administrator, lanes });
    const { asked, beyond, missing } = review;
    const troubles = [
      ...(beyond.length > 0 ? [`may, and should not: ${named(beyond)}`] : []),
      ...(missing.length > 0 ? [`may not, and should: ${named(missing)}`] : []),
    ];
    return troubles.length === 0
      ? passed(`${asked} questions`)
      : failed(
          `${plan.accessAccount} of ${plan.target} ${troubles.join("; ")}`,
          `Look for what binds it: ${kubectl(target, `get clusterroles,clusterrolebindings,roles,rolebindings -A -o wide`)}; its own role returns by: up --refresh`,
        );
  },
};

function named(permissions: readonly Permission[]): string {
  const texts = permissions.map(({ verb, apiGroup, resource, name, namespace }) => {
    const kind = apiGroup === "" ? resource : `${resource}.${apiGroup}`;
    const where = namespace === undefined ? "" : ` in ${namespace}`;
    return `${verb} ${kind}${name === undefined ? "" : ` ${name}`}${where}`;
  });
  const more = texts.length - mostNamed;
  return [...texts.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
