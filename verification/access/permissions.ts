import type { AccessRight } from "../../planning/access-rights.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { inTurns } from "./in-turns.ts";
import { servedResources } from "./served-resources.ts";

/** Something that an account may do, or should be able to. `*` is every one. */
export interface Permission {
  readonly verb: string;
  readonly apiGroup: string;
  /** Plural name, with its subresource: `pods/log`. For paths beside the API's objects the path itself. */
  readonly resource: string;
  /** Of the only object. */
  readonly name?: string;
  /** Where alone it may; undefined: everywhere. */
  readonly namespace?: string;
}

/** What an account may do, compared with what it should. */
export interface PermissionReview {
  /** How many questions the API server answered. */
  readonly asked: number;
  /** What it may and shouldn't. */
  readonly beyond: readonly Permission[];
  /** What it should and may not. */
  readonly missing: readonly Permission[];
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

/**
 * Asks an API server, as the account itself, after every verb on every kind of object that it serves, and
 * in some namespaces after all that the account may do there alone.
 *
 * @param api the API server, entered as the account
 * @param allowed what the account should be able to do
 * @param namespaces where rights of one namespace are looked for @default those of Kubernetes and Linkerd
 * @throws KubernetesApiError where the account isn't let in at all
 */
export async function reviewPermissions(
  api: KubernetesApi,
  allowed: readonly AccessRight[],
  namespaces: readonly string[] = ["default", "kube-system", "linkerd", "linkerd-multicluster"],
): Promise<PermissionReview> {
  const rights = [...allowed, ...everybodysRights];
  const served = await servedResources(api);
  const questions: Permission[] = [
    ...[...served, ...unserved].flatMap((kind) => everyVerb.map((verb) => ({ verb, ...kind }))),
    ...closedPaths.map((path) => ({ verb: "get", apiGroup: "", resource: path })),
    // An object that alone is allowed is no answer to a question after all of them.
    ...rights.flatMap(({ apiGroup, resource, name, verbs }) =>
      name === undefined ? [] : verbs.map((verb) => ({ verb, apiGroup, resource, name })),
    ),
  ];
  const may = await inTurns(questions, (question) => isAllowed(api, question));
  const beyond = questions.filter((question, at) => may[at] === true && !covers(rights, question));
  const inNamespaces = await inTurns(namespaces, (namespace) => rulesIn(api, namespace));
  for (const one of inNamespaces.flat()) {
    if (!covers(rights, one) && !beyond.some((known) => isSame(known, one))) beyond.push(one);
  }
  const missing = rights.flatMap(({ apiGroup, resource, name, verbs }) =>
    verbs
      .map((verb): Permission => ({
        verb,
        apiGroup,
        resource,
        ...(name !== undefined && { name }),
      }))
      .filter(
        (wanted) => !questions.some((asked, at) => may[at] === true && isSame(asked, wanted)),
      ),
  );
  return { asked: questions.length + namespaces.length, beyond, missing };
}

function isSame(one: Permission, other: Permission): boolean {
  return (
    one.verb === other.verb &&
    one.apiGroup === other.apiGroup &&
    one.resource === other.resource &&
    one.name === other.name
  );
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

interface RulesReview {
  readonly status?: {
    readonly resourceRules?: readonly {
      readonly verbs: readonly string[];
      readonly apiGroups?: readonly string[];
      readonly resources?: readonly string[];
      readonly resourceNames?: readonly string[];
    }[];
  };
}

/** All that the account may do in one namespace, as the authorizers list it. */
async function rulesIn(api: KubernetesApi, namespace: string): Promise<Permission[]> {
  const { status } = await api.post<RulesReview>(
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace },
    },
  );
  return (status?.resourceRules ?? []).flatMap(
    ({ verbs, apiGroups = [""], resources = [], resourceNames = [] }) =>
      apiGroups.flatMap((apiGroup) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb): Permission[] => {
            const where = { verb, apiGroup, resource, namespace };
            return resourceNames.length === 0
              ? [where]
              : resourceNames.map((name) => ({ ...where, name }));
          }),
        ),
      ),
  );
}
