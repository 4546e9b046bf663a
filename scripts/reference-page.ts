import { stringify } from "yaml";
import type { JsonSchema } from "./describe-schema.ts";
import { withGeneratedPart } from "./generated-part.ts";

/**
 * docs/topology.md with a new reference of every key between `<!-- keys -->` and `<!-- end -->`.
 *
 * @throws Error if the page lacks the markers
 */
export function refreshReference(page: string, schema: JsonSchema): Promise<string> {
  return withGeneratedPart(page, "keys", sectionsOf(schema).join("\n\n"));
}

interface Section {
  readonly schema: JsonSchema;
  /** The places of such a map in a topology, such as `clusters[].nodes`. */
  readonly places: string[];
}

/** One section for every map with keys of its own, in the order in which a reader meets them. */
function sectionsOf(root: JsonSchema): string[] {
  const sections = new Map<string, Section>();
  visit(root, "", (name, place) => {
    const known = sections.get(name);
    known?.places.push(place);
    if (known) return undefined;
    const schema = root.definitions?.[name] ?? {};
    sections.set(name, { schema, places: [place] });
    return schema;
  });
  const link = (name: string) => {
    const place = sections.get(name)?.places[0] ?? "";
    return `[${code(place)}](#${place.replaceAll(/[^a-z]/gi, "").toLowerCase()})`;
  };
  const [name, ...rest] = ["The topology", ...sections.values()] as const;
  const parts = rest.map(({ schema, places: [first = "", ...others] }) => {
    const also = others.length > 0 ? ` The same keys: ${others.map(code).join(", ")}.` : "";
    return section(code(first), `${String(schema.description)}${also}`, schema, link);
  });
  return [section(name, String(root["description"]), root, link), ...parts];
}

/** @param enter gives the keys of a map at the first visit */
function visit(
  schema: JsonSchema,
  place: string,
  enter: (name: string, place: string) => JsonSchema | undefined,
): void {
  const name = definitionOf(schema);
  const inside = name === undefined ? schema : enter(name, place);
  if (inside?.items) visit(inside.items, `${place}[]`, enter);
  for (const [key, value] of Object.entries(inside?.properties ?? {})) {
    visit(value, place === "" ? key : `${place}.${key}`, enter);
  }
}

function section(
  title: string,
  description: string,
  schema: JsonSchema,
  link: (name: string) => string,
): string {
  const required = (schema["required"] ?? []) as readonly string[];
  const keys = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const must = required.includes(key) ? "required, " : "";
    const text = typeof value["description"] === "string" ? value["description"] : "";
    const byDefault =
      value["default"] === undefined || text.includes("Default: ")
        ? ""
        : ` Default: ${code(inline(value["default"]))}.`;
    const examples = ((value["examples"] ?? []) as readonly unknown[])
      .map((example) => ` Example: ${code(`${key}: ${inline(example)}`)}.`)
      .join("");
    return `- **${code(key)}** (${must}${kindOf(value, link)}): ${text}${byDefault}${examples}`;
  });
  return [`### ${title}`, description, keys.join("\n")].join("\n\n");
}

/** The type of a value in words. */
function kindOf(schema: JsonSchema, link: (name: string) => string): string {
  const name = definitionOf(schema);
  if (name !== undefined) return link(name);
  const { type, minimum, maximum, maxLength, items } = schema;
  if (Array.isArray(schema["enum"]))
    return schema["enum"].map((one) => code(String(one))).join(", ");
  if (Array.isArray(schema["anyOf"])) {
    return schema["anyOf"].map((one) => kindOf(one as JsonSchema, link)).join(" or ");
  }
  if (items !== undefined) return `list of ${kindOf(items, link)}`;
  if (type === "object") {
    const values = kindOf((schema["additionalProperties"] ?? {}) as JsonSchema, link);
    return `map of ${values}`;
  }
  if (type === "integer") return `${String(minimum)} to ${String(maximum)}`;
  if (type === "boolean") return "true or false";
  if (type !== "string") return "anything";
  return typeof maxLength !== "number" ? "text" : `text of at most ${maxLength} characters`;
}

function definitionOf(schema: JsonSchema): string | undefined {
  const reference = schema["$ref"];
  return typeof reference === "string" ? reference.replace("#/definitions/", "") : undefined;
}

const code = (text: string) => `\`${text}\``;

/** A value on one line, as in a topology. */
function inline(value: unknown): string {
  return stringify([value], { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false })
    .trim()
    .slice(1, -1);
}
