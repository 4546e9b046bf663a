import path from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { createGenerator } from "ts-json-schema-generator";
import type { Schema } from "ts-json-schema-generator";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The JSON schemas, by their files relative to the project. */
export const schemaFiles = {
  topology: "topology.schema.json",
  stack: "stacks/stack.schema.json",
} as const;

/**
 * JSON schema of a topology, out of its TypeScript types: TSDoc becomes descriptions, `@default`s become
 * defaults, and limits come from tags such as `@pattern` and `@maximum`.
 */
export function topologySchema(): Schema {
  const generator = createGenerator({
    path: path.join(root, "planning/topology.ts"),
    tsconfig: path.join(root, "tsconfig.json"),
    type: "Topology",
    topRef: false,
    skipTypeCheck: true,
  });
  return { ...tidy(generator.createSchema("Topology")), title: "A topology of linkerd-topology" };
}

/** JSON schema of a stack's file, in which the topology is one value among Pulumi's own. */
export function stackSchema(): Schema {
  const reference = path.posix.relative(
    path.posix.dirname(schemaFiles.stack),
    schemaFiles.topology,
  );
  const topology = { $ref: reference };
  const sources: Schema = {
    type: "string",
    description:
      "File that tells where images and charts come from. Default: their public registries.",
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A stack of linkerd-topology",
    type: "object",
    properties: {
      config: {
        type: "object",
        description: "Configuration of the stack; other keys are Pulumi's and its providers'.",
        properties: {
          "linkerd-topology:topology": topology,
          "linkerd-topology:sources": sources,
          // Pulumi lets people leave out the project's name.
          topology,
          sources,
        },
        oneOf: [{ required: ["linkerd-topology:topology"] }, { required: ["topology"] }],
      },
    },
    required: ["config"],
  };
}

/** As it stands in its file. */
export async function formatSchema(schema: Schema): Promise<string> {
  const file = path.join(root, schemaFiles.topology);
  return format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file });
}

function tidy(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? tidyNode(value as Record<string, unknown>)
      : value,
  ) as Schema;
}

/** Defaults that are told in words are no values: an editor would write them into the file. */
function tidyNode(node: Record<string, unknown>): Record<string, unknown> {
  const { description, default: byDefault, ...rest } = node;
  // Properties may be called so themselves: of those, neither is text.
  if (typeof description !== "string") return node;
  const text = description.replaceAll(/\s*\{@link\s+(\S+)\s*\}\s*/g, " $1 ").replaceAll(" ,", ",");
  if (typeof byDefault !== "string" || !byDefault.includes(" ")) {
    return { ...node, description: text };
  }
  const number = /^(\d+) \([^)]*\)$/.exec(byDefault)?.[1];
  return {
    ...rest,
    description: `${text} Default: ${byDefault}.`,
    ...(number !== undefined && { default: Number(number) }),
  };
}
