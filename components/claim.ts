import * as pulumi from "@pulumi/pulumi";
import type { MeshCluster } from "./mesh-cluster.ts";

/** Object of a cluster → the resource of this program that it belongs to. */
const claims = new WeakMap<MeshCluster["kubernetes"], Map<string, string>>();

/**
 * Keeps an object of a cluster for one resource of the program. Pulumi refuses two resources of one name, but two
 * names for one object overwrite each other at every `up`.
 *
 * @param object what it is and where, such as `the route of shop/web, port 80`
 * @param owner the resource, such as `the split checkout`
 * @throws pulumi.RunError if another resource has it
 */
export function claim({ kubernetes }: MeshCluster, object: string, owner: string): void {
  const taken = claims.get(kubernetes) ?? new Map<string, string>();
  claims.set(kubernetes, taken);
  const other = taken.get(object);
  if (other !== undefined) {
    throw new pulumi.RunError(
      `${owner}: ${object} belongs to ${other} already (write both as one, or remove one)`,
    );
  }
  taken.set(object, owner);
}
