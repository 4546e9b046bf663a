import type { ClusterAccess, KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";
import { corePath } from "../../linkerd/names.ts";
import { accessRights } from "../../planning/access/rights.ts";
import { multiclusterNamespace } from "../../planning/names.ts";
import type { LinkPlan } from "../../planning/plan-types.ts";
import { type PermissionReview, reviewPermissions } from "../access/permissions.ts";
import type { Permission } from "../access/rules.ts";
import type { AskedLink } from "./asked.ts";
import { type Check, failed, kubectl, notRun, passed } from "./check.ts";
import { silent } from "./run-check.ts";

/** The message names this many, and counts the rest. */
const mostNamed = 6;

/**
 * In the target, a source's account may do what Linkerd's controllers need and nothing else. The account of a
 * revoked Link may do nothing. The check asks the API server as that account.
 */
export const accessRightsAsPlanned: Check<AskedLink> = {
  id: "access-rights",
  title: "account in the target: the rights it needs, no others",
  // In a mesh that others made, they chose what the account may do. Asking needs the right to create tokens.
  applies: ({ plan }) => plan.found === undefined,
  run: async ({ plan, target, targetCluster }) => {
    if (targetCluster === undefined) return notRun(silent(plan.target));
    const { access, api: administrator, lanes } = targetCluster;
    const review = await reviewAccount(access, plan, { administrator, lanes });
    const { asked, beyond, missing, silent: groups } = review;
    const notice =
      groups.length === 0
        ? undefined
        : `nothing answers for ${groups.join(", ")} in ${plan.target} (kubectl get apiservices): rights there were not looked at`;
    const troubles = [
      ...(beyond.length > 0 ? [`may, and should not: ${named(beyond)}`] : []),
      ...(missing.length > 0 ? [`may not, and should: ${named(missing)}`] : []),
    ];
    return troubles.length === 0
      ? passed(`${asked} questions`, notice)
      : failed(
          `${plan.accessAccount} of ${plan.target} ${troubles.join("; ")}`,
          `Find what binds it: ${kubectl(target, `get clusterroles,clusterrolebindings,roles,rolebindings -A -o wide`)}; to restore its own role: up --refresh`,
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

/** Lifetime of the token for looking at an account, in seconds: the shortest that Kubernetes grants. */
const tokenLifetime = 600;

/**
 * Asks a target, as the account of one of its Links, what that account may do. It uses a short-lived token of
 * its own, so the token of the source isn't even read.
 *
 * @param target how an administrator reaches the target
 */
async function reviewAccount(
  target: ClusterAccess,
  link: Pick<LinkPlan, "accessAccount" | "mode" | "access">,
  options: {
    readonly signal?: AbortSignal;
    readonly lanes?: Lanes;
    /** The target, if it is open already. */
    readonly administrator?: KubernetesApi;
  } = {},
): Promise<PermissionReview> {
  const administrator = options.administrator ?? (await connect(target, options));
  const account = corePath(multiclusterNamespace, "serviceaccounts", link.accessAccount);
  const { status } = await administrator.post<{ status: { token: string } }>(`${account}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: tokenLifetime },
  });
  const asAccount = await connect(target, { ...options, token: status.token });
  return reviewPermissions(asAccount, link.access.revoked ? [] : accessRights(link.mode));
}
