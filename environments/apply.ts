import { parseAllDocuments } from "yaml";
import type { KubernetesApi, NamedAccess } from "../kubernetes/api.ts";
import { isConflict } from "../kubernetes/errors.ts";
import { type ObjectPath, ResourcePaths } from "../kubernetes/resource-paths.ts";
import { waitFor } from "../kubernetes/wait.ts";
import { messageOf } from "../system/message-of.ts";
import { timeLimits } from "../system/time-limits.ts";
import { Connections } from "../verification/connections.ts";
import { badInput, CommandError } from "./command-error.ts";

/** A Kubernetes object to apply. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [key: string]: unknown;
}

/** The manager of the fields that {@link applyTo} sets. */
const fieldManager = "linkerd-topology-apply";

/**
 * The Kubernetes objects in a YAML text, also those in lists.
 *
 * @param file for messages
 * @throws CommandError, exit code 2, with everything that is no such object
 */
export function readManifests(text: string, file: string): readonly Manifest[] {
  const problems: string[] = [];
  const found = parseAllDocuments(text).flatMap((document, index) => {
    const place = `${file}, document ${index + 1}`;
    if (document.errors.length > 0) {
      problems.push(`${place}: ${document.errors[0]?.message.split("\n")[0] ?? "it is no YAML"}`);
      return [];
    }
    const value: unknown = document.toJS();
    return value === null ? [] : objectsIn(value, place, problems);
  });
  if (problems.length === 0 && found.length === 0)
    problems.push(`${file} has no Kubernetes objects`);
  if (problems.length > 0) {
    throw badInput(`Nothing was applied:\n${problems.map((one) => `  ${one}`).join("\n")}`);
  }
  return found;
}

function objectsIn(value: unknown, place: string, problems: string[]): readonly Manifest[] {
  const { apiVersion, kind, metadata, items } = Object(value) as Record<string, unknown>;
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, `${place}, item ${index + 1}`, problems));
  }
  const { name, generateName } = Object(metadata) as Record<string, unknown>;
  const missing = [
    ...(typeof apiVersion === "string" ? [] : ["apiVersion"]),
    ...(typeof kind === "string" ? [] : ["kind"]),
    ...(typeof name === "string" ? [] : ["metadata.name"]),
  ];
  if (missing.length === 0) return [value as Manifest];
  const why =
    generateName === undefined ? "" : " (an object with generateName can't be applied; name it)";
  problems.push(`${place} has no ${missing.join(", ")}${why}`);
  return [];
}

export interface ApplyRequest {
  readonly clusters: readonly NamedAccess[];
  readonly objects: readonly Manifest[];
  /** Namespace of objects that name none. @default "default" */
  readonly namespace?: string | undefined;
  /** Takes over fields that somebody else manages. @default false */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What happened to one object in one cluster. */
export interface Applied {
  readonly cluster: string;
  /** `Deployment shop/web` */
  readonly object: string;
  /** Why it failed. Undefined if it was applied. */
  readonly problem?: string;
}

/**
 * Applies objects to several clusters at the same time (server-side apply): namespaces and definitions of custom
 * resources first, the others in their order. Applying the same objects again changes nothing.
 *
 * @throws CommandError, exit code 2, before anything is applied, with every kind that a cluster doesn't serve
 */
export async function applyTo(request: ApplyRequest): Promise<readonly Applied[]> {
  const { clusters, signal } = request;
  const objects = inOrder(request.objects);
  const connections = new Connections({ signal });
  const opened = await Promise.all(
    clusters.map(async (access) => {
      const { name } = access;
      try {
        const api = await connections.open(access);
        return { name, api, unserved: await unservedKinds(api, objects) };
      } catch (error) {
        signal?.throwIfAborted();
        throw new CommandError(`${name}: ${messageOf(error)}\nNothing was applied.`);
      }
    }),
  );
  const unserved = opened.flatMap(({ name, unserved: kinds }) =>
    kinds.map((kind) => `  ${name} doesn't serve ${kind}`),
  );
  if (unserved.length > 0) {
    throw badInput(
      `Nothing was applied:\n${unserved.join("\n")}\nCheck apiVersion and kind, or add the definitions ` +
        "(CustomResourceDefinition) to the files",
    );
  }
  const applied = await Promise.all(
    opened.map(({ name, api }) => applyOne(name, api, objects, request)),
  );
  return applied.flat();
}

async function applyOne(
  cluster: string,
  api: KubernetesApi,
  objects: readonly Manifest[],
  { namespace = "default", force = false, signal }: ApplyRequest,
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  let paths = new ResourcePaths(api);
  const pathOf = (object: Manifest): Promise<ObjectPath> =>
    waitFor({
      what: `waiting for ${cluster} to serve ${kindOf(object)}`,
      limit: timeLimits.apisDiscovered,
      signal,
      look: async () => {
        const value = await paths.of(object, namespace);
        if (value !== undefined) return { done: true, value };
        // Its definition has just been applied, and what was asked before is out of date.
        paths = new ResourcePaths(api);
        return { done: false, seen: "nothing serves it" };
      },
    });
  for (const object of objects) {
    signal?.throwIfAborted();
    const words = `${object.kind} ${object.metadata.namespace === undefined ? "" : `${object.metadata.namespace}/`}${object.metadata.name}`;
    try {
      await api.apply((await pathOf(object)).object, object, fieldManager, { force });
      applied.push({ cluster, object: words });
    } catch (error) {
      signal?.throwIfAborted();
      const how = isConflict(error) ? ". --force takes these fields over" : "";
      applied.push({ cluster, object: words, problem: `${messageOf(error)}${how}` });
    }
  }
  return applied;
}

/** Kinds that nothing serves, and that no definition among the objects adds. */
async function unservedKinds(
  api: KubernetesApi,
  objects: readonly Manifest[],
): Promise<readonly string[]> {
  const added = new Set(
    objects.flatMap(({ kind, spec }) => {
      const { group, names } = Object(spec) as { group?: string; names?: { kind?: string } };
      return kind === definition ? [`${names?.kind ?? ""} of ${group ?? ""}`] : [];
    }),
  );
  const paths = new ResourcePaths(api);
  const unserved = await Promise.all(
    objects.map(async (object) => {
      const [group = ""] = object.apiVersion.split("/");
      if (added.has(`${object.kind} of ${group}`)) return [];
      return (await paths.of(object, "default")) === undefined ? [kindOf(object)] : [];
    }),
  );
  return [...new Set(unserved.flat())];
}

const definition = "CustomResourceDefinition";

function kindOf({ apiVersion, kind }: Manifest): string {
  return `${kind} (${apiVersion})`;
}

function inOrder(objects: readonly Manifest[]): readonly Manifest[] {
  const rank = ({ kind }: Manifest): number =>
    kind === "Namespace" ? 0 : kind === definition ? 1 : 2;
  return objects.toSorted((one, other) => rank(one) - rank(other));
}
