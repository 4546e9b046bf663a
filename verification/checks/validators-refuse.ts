import { linkerdNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isNotFound, KubernetesApiError } from "../../kubernetes/errors.ts";
import { webhookAnswer } from "../../kubernetes/webhook-answers.ts";
import { fieldManager } from "../../linkerd/names.ts";
import { type Check, failed, kubectl, notRun, passed } from "./check.ts";
import { noDryRun } from "../no-dry-run.ts";
import type { AskedCluster } from "./asked.ts";

/** Nothing is ever stored under this name. */
const metadata = { name: "linkerd-topology-validation-test", namespace: "default" };

/** Objects that the validators refuse and the API server's own schemas allow. */
const invalid = [
  {
    webhook: "linkerd-sp-validator.linkerd.io",
    deployment: "linkerd-destination",
    container: "sp-validator",
    path: "/apis/linkerd.io/v1alpha2/namespaces/default/serviceprofiles",
    object: {
      apiVersion: "linkerd.io/v1alpha2",
      kind: "ServiceProfile",
      metadata,
      spec: { routes: [{ name: "test", condition: { method: "GET" }, timeout: "soon" }] },
    },
  },
  {
    webhook: "linkerd-policy-validator.linkerd.io",
    deployment: "linkerd-destination",
    container: "policy",
    path: "/apis/policy.linkerd.io/v1alpha1/namespaces/default/networkauthentications",
    object: {
      apiVersion: "policy.linkerd.io/v1alpha1",
      kind: "NetworkAuthentication",
      metadata,
      spec: { networks: [{ cidr: "everywhere" }] },
    },
  },
] as const;

/**
 * The API server reaches Linkerd's validators: each refuses a dry run of something invalid. A validator that
 * isn't reached lets everything through, unless `webhookFailurePolicy` is `Fail`.
 */
export const validatorsRefuse: Check<AskedCluster> = {
  id: "validators-refuse",
  title: "validators refuse what is invalid",
  run: async ({ api, status, found }) => {
    // Without a data plane there is no policy controller either: neither is a Go program.
    const isStandIn = status.dataPlane === "none";
    const asked = invalid.filter(({ container }) => !isStandIn || container !== "policy");
    const answers = await Promise.all(
      asked.map(async (one) => ({
        ...one,
        trouble: await webhookAnswer(
          () => troubleOf(api, one),
          (trouble) => trouble === undefined || trouble === mayNot,
        ),
      })),
    );
    const forbidden = answers.filter(({ trouble }) => trouble === mayNot);
    const [first] = forbidden;
    if (first !== undefined && found) return notRun(noDryRun(`${first.object.kind}s`));
    const troubled = answers.filter(({ trouble }) => trouble !== undefined);
    if (troubled.length === 0) {
      return passed(`${answers.length}${isStandIn ? "; the policy controller is a stand-in" : ""}`);
    }
    const logs = troubled.map(({ deployment, container }) =>
      kubectl(status, `-n ${linkerdNamespace} logs deploy/${deployment} -c ${container}`),
    );
    return failed(
      troubled.map(({ webhook, trouble }) => `${webhook} ${trouble ?? ""}`).join("; "),
      `Look with: ${logs.join("; ")}`,
    );
  },
};

const mayNot = "was not asked: the kubeconfig's user may not create such objects";

async function troubleOf(
  api: KubernetesApi,
  { webhook, path, object }: (typeof invalid)[number],
): Promise<string | undefined> {
  try {
    await api.post(path, object, { dryRun: "All", fieldManager });
    return `let an invalid ${object.kind} through`;
  } catch (error) {
    if (!(error instanceof KubernetesApiError) || error.status === undefined) throw error;
    if (error.detail.includes(`"${webhook}" denied the request`)) return undefined;
    if (error.status === 403 && error.detail.includes("cannot create resource")) return mayNot;
    if (isNotFound(error)) return `can't be asked: nothing serves ${object.kind}s`;
    return `was not asked: ${error.detail}`;
  }
}
