import { isDeepStrictEqual } from "node:util";
import type { PropertyMap } from "../../providers/server/index.ts";
import type { Recipe } from "./recipe.ts";
import type { World } from "./world.ts";

/** What a double is asked to do. */
interface Asked {
  readonly method: "create" | "update";
  readonly key: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: PropertyMap;
}

const release = "kubernetes:helm.sh/v3:Release";

/**
 * Why the real provider would refuse. Doubles that take everything would let the tests of interrupted
 * commands pass by themselves.
 */
export function refusal(world: World, recipe: Recipe, asked: Asked): string | undefined {
  const { method, key, name, inputs } = asked;
  const found = world.objects.get(key);
  const basis = recipe.restsOn?.(name);
  if (basis !== undefined && !world.objects.has(basis)) {
    return `${key}: waited in vain, there is no ${basis}`;
  }
  if (recipe.type.startsWith("kubernetes:") && !isInRunningCluster(world, name)) {
    return `${key}: dial tcp 127.0.0.1:1: connect: connection refused`;
  }
  if (recipe.type === release) return refusalOfHelm(method, key, found);
  if (found === undefined) {
    return method === "update" && recipe.type.startsWith("kubernetes:")
      ? `${key}: not found`
      : undefined;
  }
  if (method === "create" && recipe.adopts !== true) return `${key} exists already`;
  const changed = !isDeepStrictEqual(found["stringData"], inputs["stringData"]);
  if (found["immutable"] === true && changed) {
    return `${key}: data: Forbidden: field is immutable when \`immutable\` is set`;
  }
  return undefined;
}

function refusalOfHelm(
  method: Asked["method"],
  key: string,
  found: PropertyMap | undefined,
): string | undefined {
  if (method === "create") {
    return found && `${key}: cannot re-use a name that is still in use`;
  }
  if (found === undefined) return `${key}: has no deployed releases`;
  return helmStatus(found).startsWith("pending-")
    ? `${key}: another operation (install/upgrade/rollback) is in progress`
    : undefined;
}

/** Why Helm would refuse to uninstall a release. */
export function refusalOfUninstall(world: World, { type }: Recipe, key: string) {
  return type === release && !world.objects.has(key)
    ? `${key}: uninstall: release not loaded: release: not found`
    : undefined;
}

/** What is there as soon as an operation has begun, and stays if it is never ended. */
export function begins(
  world: World,
  recipe: Recipe,
  method: Asked["method"],
  key: string,
  inputs: PropertyMap,
): void {
  if (recipe.type === release) {
    const before = world.objects.get(key);
    world.objects.set(key, {
      ...(before ?? inputs),
      status: { ...(before?.["status"] as PropertyMap | undefined), status: pending[method] },
    });
  }
  // A cluster of that name goes before the new one comes, and containers are there before it is ready.
  if (recipe.type === "kind:index:Cluster" && method === "create") {
    const name = key.split(" ")[1] ?? "";
    world.removeContents(name);
    world.objects.set(key, { name, generation: inputs["generation"] ?? "" });
  }
}

const pending = { create: "pending-install", update: "pending-upgrade" };

/** Helm's status of a release in the world. */
export function helmStatus(found: PropertyMap): string {
  const { status } = (found["status"] ?? {}) as PropertyMap;
  return typeof status === "string" ? status : "";
}

/** Logical names of what is in a cluster begin with the cluster's name and generation. */
function isInRunningCluster(world: World, name: string): boolean {
  for (const cluster of world.outside) if (name.startsWith(`${cluster}-`)) return true;
  for (const [key, { generation }] of world.objects) {
    const [type, cluster = ""] = key.split(" ");
    if (type !== "kind:index:Cluster" || typeof generation !== "string") continue;
    if (name.startsWith(`${cluster}-${generation}-`)) return true;
  }
  return false;
}
