import { readFileSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import type { Rule } from "./rbac.ts";

const folder = path.resolve(import.meta.dirname, "../../../examples/existing-cluster");

/**
 * Those of some requests that a documented account may not make.
 *
 * @param file in examples/existing-cluster
 * @param requests such as `GET /api/v1/namespaces/demo/pods`
 */
export function beyondRights(file: string, requests: readonly string[]): readonly string[] {
  const rules = parseAllDocuments(readFileSync(path.join(folder, file), "utf8"))
    .map((one) => one.toJS() as { readonly kind: string; readonly rules?: readonly Rule[] })
    .flatMap(({ kind, rules: own = [] }) => (kind === "ClusterRole" ? own : []));
  const has = (list: readonly string[], value: string) =>
    list.includes(value) || list.includes("*");
  return [...new Set(requests)].filter((request) => {
    const needed = rightFor(request);
    return (
      needed !== undefined &&
      !rules.some(
        ({ apiGroups, resources, verbs }) =>
          has(apiGroups, needed.group) &&
          has(resources, needed.resource) &&
          has(verbs, needed.verb),
      )
    );
  });
}

interface Needed {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** Undefined: everybody may, as it says who asks, or what the API server serves. */
function rightFor(request: string): Needed | undefined {
  const [method = "", url = ""] = request.split(" ");
  const [, group = "", below = ""] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+\/(?:namespaces\/[^/]+\/(?=.))?(.+)$/.exec(url) ?? [];
  const [collection = "", name, ...rest] = below.split("/");
  if (below === "" || collection.startsWith("self")) return undefined;
  // What follows the name of a pod's proxy is a path in the pod.
  const resource = rest[0] === undefined ? collection : `${collection}/${rest[0]}`;
  const reading = name === undefined ? "list" : "get";
  const verbs: Readonly<Record<string, string>> = {
    GET: reading,
    POST: "create",
    PUT: "update",
    PATCH: "patch",
    DELETE: "delete",
  };
  return { group, resource, verb: verbs[method] ?? method };
}
