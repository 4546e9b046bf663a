import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnavailable } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import type { AccessRight } from "../../planning/access/rights.ts";
import { includes, opened, permissionsOf, rulesIn } from "./rules.ts";
import type { Permission, Rules } from "./rules.ts";

/** What an account may do, compared with what it should. */
export interface PermissionReview {
  /** How many questions the API server answered. */
  readonly asked: number;
  /** What it may and shouldn't. */
  readonly beyond: readonly Permission[];
  /** What it should and may not. */
  readonly missing: readonly Permission[];
  /** API groups whose own server doesn't answer: nobody can read anything there now. */
  readonly silent: readonly string[];
}

/** Verbs of Kubernetes' API, and those that only authorizers know. */
const everyVerb = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...["impersonate", "bind", "escalate", "use", "approve", "sign", "attest", "*"],
];

/** What discovery doesn't tell of, as it is nowhere stored. */
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
 * What whoever has logged in may do on any cluster (`system:basic-user`): ask about oneself. Paths that
 * anybody may read (`system:discovery`, `system:public-info-viewer`) are not asked after.
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

/** No role is bound in it: what an account may do there it may do everywhere. It need not exist. */
const nowhere = "linkerd-topology-rights";

/**
 * Asks an API server, as the account itself, what the account may do: everywhere, and in some namespaces
 * alone. The rules that it lists are the answer; where it can't list all of them, it is asked after every
 * verb on every kind of object that it serves.
 *
 * @param api the API server, entered as the account
 * @param allowed what the account should be able to do
 * @param namespaces where rights of one namespace are looked for @default those of Kubernetes and Linkerd
 * @throws KubernetesApiError where the account isn't let in at all
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

/** Paths that are closed to all stand among the permissions where they are open. */
function listed({ permissions, paths }: Rules): readonly Permission[] {
  const open = opened(paths, closedPaths);
  return [...permissions, ...open.map((path) => ({ verb: "get", apiGroup: "", resource: path }))];
}

/** Puts each question by itself, and gives those to which the answer is yes. */
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
    // An object that alone is allowed is no answer to a question after all of them.
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
 * Everything that an API server serves, each once, in whatever versions. Rights don't know versions. A
 * group whose own server doesn't answer (of metrics, say) has nothing that could be read: it is named.
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
