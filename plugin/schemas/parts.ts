import * as z from "zod";
import type { ExistingCluster } from "../../components/existing-cluster.ts";
import type { KindCluster } from "../../components/kind-cluster.ts";
import { reference } from "../../providers/server/index.ts";

/** The token of a class of this package. */
export const token = (name: string) => `linkerd-topology:index:${name}`;

/** One of the types that describe a topology, as the type of a schema. */
export const typed = (name: string) => ({ pulumiType: `#/types/linkerd-topology:index:${name}` });

export const text = (description: string) => z.string().describe(description);

export const texts = (description: string) =>
  z.record(z.string(), z.string()).describe(description).exactOptional();

export const flag = (description: string) => z.boolean().describe(description).exactOptional();

export const secretText = (description: string) => z.string().meta({ description, secret: true });

/** With the words that it has in this place. Where a schema has a default, the class knows it, too. */
export function told<S extends z.ZodType>(schema: S, description: string): S {
  return schema.meta({ ...schema.meta(), description });
}

/** A cluster of the same program. */
export const cluster = (description: string) =>
  reference<KindCluster | ExistingCluster>(
    description,
    token("KindCluster"),
    token("ExistingCluster"),
  );

export const sourcesFile = (what: string) =>
  text(
    `Path of a sources.json, from the program's directory: where ${what}. Default: the public registries. The ` +
      "environment variable LINKERD_TOPOLOGY_SOURCES has precedence.",
  ).exactOptional();

export const node = z
  .object({
    name: text("Name of the node, of its container, and of its host on the Docker network."),
    role: text("`control-plane` or `worker`."),
    address: text("IPv4 address on the Docker network; a restart may change it."),
    podCidr: text("The node's share of the pod subnet."),
  })
  .meta({ title: "RunningNode" });
