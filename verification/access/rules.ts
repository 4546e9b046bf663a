import type { AccessRight } from "../../planning/access/rights.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";

/** Something that an account may do, or should be able to do. `*` means all. */
export interface Permission {
  readonly verb: string;
  readonly apiGroup: string;
  /** Plural name, with its subresource: `pods/log`. For other paths of the API server: the path. */
  readonly resource: string;
  /** The only object that it applies to. */
  readonly name?: string;
  /** The only namespace that it applies to. Undefined: everywhere. */
  readonly namespace?: string;
}

/** What the caller may do in one namespace and everywhere, as the authorizers list it. */
export interface Rules {
  readonly permissions: readonly Permission[];
  /** Paths outside the API's objects. They may end in `*`. */
  readonly paths: readonly string[];
  /** An authorizer couldn't list all that it allows, so the caller may have more rights. */
  readonly incomplete: boolean;
}

interface RulesReview {
  readonly status?: {
    readonly incomplete?: boolean;
    readonly resourceRules?:
      | readonly {
          readonly verbs: readonly string[];
          readonly apiGroups?: readonly string[];
          readonly resources?: readonly string[];
          readonly resourceNames?: readonly string[];
        }[]
      | null;
    readonly nonResourceRules?: readonly { readonly nonResourceURLs?: readonly string[] }[] | null;
  };
}

/** Asks an API server for everything that the caller may do in one namespace and everywhere. */
export async function rulesIn(api: KubernetesApi, namespace: string): Promise<Rules> {
  const { status } = await api.post<RulesReview>(
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
  );
  const { resourceRules, nonResourceRules, incomplete } = status ?? {};
  const permissions = (resourceRules ?? []).flatMap(
    ({ verbs, apiGroups = [""], resources = [], resourceNames = [] }) =>
      apiGroups.flatMap((apiGroup) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb): Permission[] =>
            resourceNames.length === 0
              ? [{ verb, apiGroup, resource }]
              : resourceNames.map((name) => ({ verb, apiGroup, resource, name })),
          ),
        ),
      ),
  );
  return {
    permissions,
    paths: (nonResourceRules ?? []).flatMap(({ nonResourceURLs = [] }) => nonResourceURLs),
    // No list means that the server said nothing.
    incomplete: resourceRules === undefined || incomplete === true,
  };
}

/** Whether the first permission includes the second one. */
export function includes(wide: Permission, narrow: Permission): boolean {
  const [kind] = wide.resource.split("/");
  const subresource = narrow.resource.split("/")[1];
  const isEvery = (value: string, of: string): boolean => value === "*" || value === of;
  return (
    isEvery(wide.verb, narrow.verb) &&
    isEvery(wide.apiGroup, narrow.apiGroup) &&
    (isEvery(wide.resource, narrow.resource) ||
      (kind === "*" && wide.resource === `*/${subresource ?? ""}`)) &&
    (wide.name === undefined || wide.name === narrow.name)
  );
}

/** Those of the given paths that a rule allows. */
export function opened(paths: readonly string[], asked: readonly string[]): readonly string[] {
  return asked.filter((path) =>
    paths.some((open) => (open.endsWith("*") ? path.startsWith(open.slice(0, -1)) : open === path)),
  );
}

/** One permission for each verb of each right. */
export function permissionsOf(rights: readonly AccessRight[]): readonly Permission[] {
  return rights.flatMap(({ apiGroup, resource, name, verbs }) =>
    verbs.map((verb) => ({ verb, apiGroup, resource, ...(name !== undefined && { name }) })),
  );
}
