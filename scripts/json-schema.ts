import path from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { topologySchema as validation } from "../planning/topology/schema.ts";
import { describeSchema, type JsonSchema } from "./describe-schema.ts";
import { formatted } from "./format.ts";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The JSON schemas, by their path in the project. */
export const schemaFiles = {
  topology: "topology.schema.json",
  stack: "stacks/stack.schema.json",
} as const;

/**
 * JSON schema of a topology. Validation and this schema have the same source; the descriptions are the TSDoc
 * of its keys.
 */
export function topologySchema(): JsonSchema {
  const shape = z.toJSONSchema(validation, { target: "draft-7" }) as JsonSchema;
  const file = path.join(root, "planning/topology/schema.ts");
  return {
    $id: "urn:linkerd-topology:topology",
    title: "A topology of linkerd-topology",
    ...describeSchema(shape, file, "Topology"),
  };
}

/** JSON schema of a stack's file, in which the topology is one value among Pulumi's own. */
export function stackSchema(): JsonSchema {
  const reference = path.posix.relative(
    path.posix.dirname(schemaFiles.stack),
    schemaFiles.topology,
  );
  const topology = { $ref: reference };
  const sources: JsonSchema = {
    type: "string",
    description:
      "File that tells where images and charts come from. Default: their public registries.",
  };
  const protect: JsonSchema = {
    type: "boolean",
    description: "Refuses to delete or replace clusters and trust anchors. Default: false.",
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
          "linkerd-topology:protect": protect,
          // Pulumi allows to leave out the project's name.
          topology,
          sources,
          protect,
        },
        oneOf: [{ required: ["linkerd-topology:topology"] }, { required: ["topology"] }],
      },
    },
    required: ["config"],
  };
}

/** The text of its file. */
export async function formatSchema(schema: JsonSchema): Promise<string> {
  return formatted(schemaFiles.topology, JSON.stringify(schema));
}
