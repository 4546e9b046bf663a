import type { AccessRight } from "../../../planning/access/rights.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  /** @default everywhere */
  readonly namespace?: string;
}

export const served: Record<string, readonly string[]> = {
  "/api/v1": ["pods", "pods/log", "services", "endpoints", "secrets", "configmaps", "nodes"],
  "/apis/apps/v1": ["deployments", "replicasets"],
  "/apis/discovery.k8s.io/v1": ["endpointslices"],
  "/apis/policy.linkerd.io/v1beta3": ["servers"],
  "/apis/policy.linkerd.io/v1alpha1": ["servers", "authorizationpolicies"],
  "/apis/rbac.authorization.k8s.io/v1": ["clusterroles"],
  "/apis/authorization.k8s.io/v1": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
  "/apis/authentication.k8s.io/v1": ["selfsubjectreviews"],
};

export const rulesOf = (rights: readonly AccessRight[]): Rule[] =>
  rights.map(({ apiGroup, resource, name, verbs }) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
    ...(name !== undefined && { resourceNames: [name] }),
  }));

/**
 * The answers of an API server that decides by RBAC.
 *
 * @param unlisted what another authorizer lets through as well, which can't list it @default there is none
 */
export function rbac(
  rules: readonly Rule[],
  paths: readonly string[] = [],
  unlisted?: readonly Rule[],
) {
  const questions: unknown[] = [];
  const matches = (list: readonly string[], value: string) =>
    list.includes(value) || list.includes("*");
  const get = (path: string): unknown => {
    if (path === "/api") return { versions: ["v1"] };
    if (path === "/apis") {
      const groupVersions = Object.keys(served).filter((root) => root.startsWith("/apis/"));
      return {
        groups: groupVersions.map((root) => ({
          name: root.split("/")[2],
          versions: [{ groupVersion: root.slice("/apis/".length) }],
        })),
      };
    }
    const resources = served[path];
    if (resources === undefined) throw new KubernetesApiError(path, 404, "NotFound", "");
    return { resources: resources.map((name) => ({ name })) };
  };
  const decide = (body: unknown): unknown => {
    const { spec } = body as {
      spec: {
        namespace?: string;
        nonResourceAttributes?: { path: string };
        resourceAttributes?: Record<"verb" | "group" | "resource", string> & {
          subresource?: string;
          name?: string;
        };
      };
    };
    questions.push(spec);
    if (spec.namespace !== undefined) {
      return {
        status: {
          incomplete: unlisted !== undefined,
          resourceRules: rules.filter(
            ({ namespace }) => namespace === undefined || namespace === spec.namespace,
          ),
          nonResourceRules: [{ verbs: ["get"], nonResourceURLs: paths }],
        },
      };
    }
    const { resourceAttributes: asked, nonResourceAttributes } = spec;
    if (asked === undefined) {
      return { status: { allowed: paths.includes(nonResourceAttributes?.path ?? "") } };
    }
    const { verb, group, subresource, name } = asked;
    const resource = [asked.resource, subresource].filter(Boolean).join("/");
    const allowed = [...rules, ...(unlisted ?? [])].some(
      (rule) =>
        rule.namespace === undefined &&
        matches(rule.apiGroups, group) &&
        matches(rule.resources, resource) &&
        matches(rule.verbs, verb) &&
        (rule.resourceNames?.includes(name ?? "") ?? true),
    );
    return { status: { allowed } };
  };
  return { get, decide, questions };
}
