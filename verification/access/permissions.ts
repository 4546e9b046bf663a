import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnavailable } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import type { AccessRight } from "../../planning/access/rights.ts";
import { includes, opened, type Permission, permissionsOf, type Rules, rulesIn } from "./rules.ts";

/** Compares what an account may do with what it should be able to do. */
export interface PermissionReview {
  /** How many questions the API server answered. */
  readonly asked: number;
  /** Allowed, but not planned. */
  readonly beyond: readonly Permission[];
  /** Planned, but not allowed. */
  readonly missing: readonly Permission[];
  /** API groups whose own server doesn't answer, so nobody can read anything there now. */
  readonly silent: readonly string[];
}

/** Verbs of Kubernetes' API, and those that only authorizers know. */
const everyVerb = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...["impersonate", "bind", "escalate", "use", "approve", "sign", "attest", "*"],
];

/** Discovery doesn't list these, because they are not stored anywhere. */
const unserved = [
  ...["users", "groups", "uids"].map((resource) => ({ apiGroup: "", resource })),
  { apiGroup: "authentication.k8s.io", resource: "userextras" },
  { apiGroup: "certificates.k8s.io", resource: "signers" },
  { apiGroup: "*", resource: "*" },
];

const closedPaths = [
  "/metrics",
  "/logs",
  "/configz",
  "/debug/pprof/",
  "/debug/flags/v",
  "/flagz",
  "*",
];

/**
 * Rights of everybody who is logged in to any cluster (`system:basic-user`): to ask about oneself. The review
 * doesn't ask about paths that anybody may read (`system:discovery`, `system:public-info-viewer`).
 */
export const everybodysRights: readonly AccessRight[] = [
  ...["selfsubjectaccessreviews", "selfsubjectrulesreviews"].map((resource) => ({
    apiGroup: "authorization.k8s.io",
    resource,
    verbs: ["create"],
    usedBy: [],
  })),
  {
    apiGroup: "authentication.k8s.io",
    resource: "selfsubjectreviews",
    verbs: ["create"],
    usedBy: [],
  },
];

/**
 * No role is bound in this namespace: what an account may do here, it may do everywhere. The namespace need
 * not exist.
 */
const nowhere = "linkerd-topology-rights";

/**
 * Asks an API server, as the account, what the account may do everywhere and what it may do in some
 * namespaces only. The API server lists its rules. If it can't list all of them, this asks about every verb
 * on every kind of object that the server serves.
 *
 * @param api the API server, logged in as the account
 * @param allowed what the account should be able to do
 * @param namespaces where to look for rights of one namespace @default those of Kubernetes and Linkerd
 * @throws KubernetesApiError if the account can't log in
 */
export async function reviewPermissions(
  api: KubernetesApi,
  allowed: readonly AccessRight[],
  namespaces: readonly string[] = [
    "default",
    "kube-system",
    linkerdNamespace,
    multiclusterNamespace,
  ],
): Promise<PermissionReview> {
  const rights = [...allowed, ...everybodysRights];
  const [everywhere, within] = await Promise.all([
    rulesIn(api, nowhere),
    Promise.all(
      namespaces.map(async (namespace) => ({ namespace, rules: await rulesIn(api, namespace) })),
    ),
  ]);
  const single = everywhere.incomplete ? await askSingly(api, rights) : undefined;
  const may = [...listed(everywhere), ...(single?.permissions ?? [])];
  const beyond = may.filter((one) => !covers(rights, one));
  for (const { namespace, rules } of within) {
    for (const one of rules.permissions) {
      if (!covers(rights, one) && !beyond.some((known) => includes(known, one))) {
        beyond.push({ ...one, namespace });
      }
    }
  }
  return {
    asked: 1 + namespaces.length + (single?.asked ?? 0),
    beyond: [...new Map(beyond.map((one) => [JSON.stringify(one), one])).values()],
    silent: single?.silent ?? [],
    missing: permissionsOf(rights).filter((wanted) => !may.some((one) => includes(one, wanted))),
  };
}

/** Counts normally closed paths that are open to the account as permissions. */
function listed({ permissions, paths }: Rules): readonly Permission[] {
  const open = opened(paths, closedPaths);
  return [...permissions, ...open.map((path) => ({ verb: "get", apiGroup: "", resource: path }))];
}

/** Asks each question on its own, and returns those that were answered by yes. */
async function askSingly(
  api: KubernetesApi,
  rights: readonly AccessRight[],
): Promise<{
  readonly asked: number;
  readonly permissions: readonly Permission[];
  readonly silent: readonly string[];
}> {
  const { served, silent } = await servedResources(api);
  const questions: Permission[] = [
    ...[...served, ...unserved].flatMap((kind) => everyVerb.map((verb) => ({ verb, ...kind }))),
    ...closedPaths.map((path) => ({ verb: "get", apiGroup: "", resource: path })),
    // A right on one named object doesn't answer a question about all of them.
    ...permissionsOf(rights).filter(({ name }) => name !== undefined),
  ];
  const may = await Promise.all(questions.map((question) => isAllowed(api, question)));
  return {
    asked: questions.length,
    silent,
    permissions: questions.filter((_, index) => may[index] === true),
  };
}

function covers(rights: readonly AccessRight[], asked: Permission): boolean {
  return rights.some(
    ({ apiGroup, resource, name, verbs }) =>
      apiGroup === asked.apiGroup &&
      resource === asked.resource &&
      (name === undefined || name === asked.name) &&
      verbs.includes(asked.verb),
  );
}

async function isAllowed(
  api: KubernetesApi,
  { verb, apiGroup, resource, name }: Permission,
): Promise<boolean> {
  const [kind = "", subresource] = resource.split("/");
  const isPath = resource.startsWith("/") || (resource === "*" && apiGroup === "");
  const spec = isPath
    ? { nonResourceAttributes: { path: resource, verb } }
    : {
        resourceAttributes: {
          verb,
          group: apiGroup,
          resource: kind,
          ...(subresource !== undefined && { subresource }),
          ...(name !== undefined && { name }),
        },
      };
  const { status } = await api.post<{ status?: { allowed?: boolean } }>(
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec },
  );
  return status?.allowed === true;
}

/** A kind of object, or a subresource of one. */
interface ServedResource {
  readonly apiGroup: string;
  /** Plural name, with its subresource: `pods/log`. */
  readonly resource: string;
}

interface Versions {
  readonly versions: readonly string[];
}

interface Groups {
  readonly groups: readonly {
    readonly name: string;
    readonly versions: readonly { readonly groupVersion: string }[];
  }[];
}

interface Resources {
  readonly resources: readonly { readonly name: string }[];
}

/**
 * Everything that an API server serves, each once: rights don't depend on versions. A group whose own server
 * (of metrics, for example) doesn't answer has nothing to read, so only its name is returned.
 */
async function servedResources(
  api: KubernetesApi,
): Promise<{ readonly served: readonly ServedResource[]; readonly silent: readonly string[] }> {
  const [core, named] = await Promise.all([api.get<Versions>("/api"), api.get<Groups>("/apis")]);
  const roots = [
    ...core.versions.map((version) => ({ apiGroup: "", path: `/api/${version}` })),
    ...named.groups.flatMap(({ name, versions }) =>
      versions.map(({ groupVersion }) => ({ apiGroup: name, path: `/apis/${groupVersion}` })),
    ),
  ];
  const silent = new Set<string>();
  const lists = await Promise.all(
    roots.map(async ({ apiGroup, path }) => {
      const served = await getIfThere<Resources>(api, path).catch((error: unknown) => {
        if (apiGroup === "" || !isUnavailable(error)) throw error;
        silent.add(apiGroup);
        return undefined;
      });
      return (served?.resources ?? []).map(({ name }) => ({ apiGroup, resource: name }));
    }),
  );
  const each = new Map(lists.flat().map((one) => [`${one.apiGroup} ${one.resource}`, one]));
  return { served: [...each.values()], silent: [...silent].sort() };
}
