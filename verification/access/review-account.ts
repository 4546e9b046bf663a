import { multiclusterNamespace } from "../../planning/names.ts";
import { accessRights } from "../../planning/access/rights.ts";
import type { LinkPlan } from "../../planning/plan-types.ts";
import type { ClusterAccess, KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";
import { corePath } from "../../linkerd/names.ts";
import type { PermissionReview } from "./permissions.ts";
import { reviewPermissions } from "./permissions.ts";

/** Seconds that the token lives with which an account is looked at: as few as Kubernetes grants. */
const tokenLifetime = 600;

/**
 * Asks a target what the account of one of its Links may do, as that account. It enters with a token of
 * its own that ends by itself, so that the one that the source uses is not even read.
 *
 * @param target how an administrator gets into the target
 */
export async function reviewAccount(
  target: ClusterAccess,
  link: Pick<LinkPlan, "accessAccount" | "mode" | "access">,
  options: {
    readonly signal?: AbortSignal;
    readonly lanes?: Lanes;
    /** The target, where it is open already. */
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
