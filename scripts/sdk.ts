import type {
  ObjectSchema,
  PackageSchema,
  PropertySchema,
  TypeSchema,
} from "../providers/server/index.ts";
import { formatted } from "./format.ts";

type ResourceSchema = PackageSchema["resources"][string];

/** What an SDK's package.json takes from elsewhere. */
export interface SdkPackage {
  /** Name on npm, such as `@pulumi/kind`. */
  readonly name: string;
  readonly license: string;
  /** Versions of @pulumi/pulumi that it works with. */
  readonly pulumi: string;
}

const header = "// Written by `npm run sdks`, out of the provider's package schema.";

/**
 * The Node.js SDK of a provider: JavaScript with declarations beside it, so that nothing has to be compiled
 * before it is imported.
 *
 * @returns the text of each of its files, by name
 */
export async function sdkFiles(
  schema: PackageSchema,
  about: SdkPackage,
): Promise<Readonly<Record<string, string>>> {
  const files = {
    "index.js": code(schema),
    "index.d.ts": declarations(schema),
    "package.json": JSON.stringify(manifest(schema, about)),
  };
  return Object.fromEntries(
    await Promise.all(
      Object.entries(files).map(
        async ([name, text]) => [name, await formatted(name, text)] as const,
      ),
    ),
  );
}

/**
 * Where it is known where the plugin is, Pulumi's host for Node.js reads here that a program needs it, and Pulumi installs
 * it if it finds none.
 */
function manifest(schema: PackageSchema, about: SdkPackage): object {
  const { version, description, pluginDownloadURL: server } = schema;
  return {
    name: about.name,
    version,
    private: true,
    description,
    license: about.license,
    type: "module",
    main: "./index.js",
    types: "./index.d.ts",
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./package.json": "./package.json",
    },
    peerDependencies: { "@pulumi/pulumi": about.pulumi },
    ...(server !== undefined && { pulumi: { resource: true, name: schema.name, version, server } }),
  };
}

function code(schema: PackageSchema): string {
  const classes = Object.entries(schema.resources).map(([token, resource]) => {
    const { inputProperties, properties } = resource;
    const inputs = Object.keys(inputProperties);
    const all = Object.entries(properties);
    const shape = {
      inputs,
      outputs: Object.keys(properties).filter((key) => !inputs.includes(key)),
      secrets: all.filter(([, { secret }]) => secret).map(([key]) => key),
    };
    const name = nameOf(token);
    return `export class ${name} extends pulumi.CustomResource {
      static get(name, id, opts) {
        return new ${name}(name, {}, { ...opts, id });
      }

      constructor(name, args, opts) {
        super(...registration(${JSON.stringify(token)}, ${JSON.stringify(shape)}, name, args, opts));
      }
    }`;
  });
  const { version, pluginDownloadURL } = schema;
  // What every resource tells Pulumi of its plugin.
  const plugin = { version, ...(pluginDownloadURL !== undefined && { pluginDownloadURL }) };
  return `${header}
    import * as pulumi from "@pulumi/pulumi";

    ${Object.entries(plugin)
      .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`)
      .join("\n")}

    /** What the constructor of pulumi.CustomResource takes. A resource that is looked up has no inputs. */
    function registration(type, { inputs, outputs, secrets }, name, args, opts = {}) {
      const given = opts.id === undefined ? args : {};
      const input = (key) =>
        given[key] !== undefined && secrets.includes(key) ? pulumi.secret(given[key]) : given[key];
      const properties = Object.fromEntries([
        ...inputs.map((key) => [key, input(key)]),
        ...outputs.map((key) => [key, undefined]),
      ]);
      const own = { ${Object.keys(plugin).join(", ")}, additionalSecretOutputs: secrets };
      return [type, name, properties, pulumi.mergeOptions(own, opts)];
    }

    ${classes.join("\n\n")}
  `;
}

function declarations(schema: PackageSchema): string {
  const resources = Object.entries(schema.resources);
  const inputs = typesIn(
    schema,
    resources.map(([, { inputProperties }]) => inputProperties),
  );
  const outputs = typesIn(
    schema,
    resources.map(([, { properties }]) => properties),
  );
  const types = Object.entries(schema.types).flatMap(([token, type]) => {
    const name = nameOf(token);
    if ("enum" in type) {
      return [`export type ${name} = ${type.enum.map(({ value }) => `"${value}"`).join(" | ")};`];
    }
    return [
      ...(inputs.has(token)
        ? [`export interface ${name}Args {${inputLines(type, schema.types)}}`]
        : []),
      ...(outputs.has(token) ? [`export interface ${name} {${valueLines(type)}}`] : []),
    ];
  });
  const classes = resources.map(([token, one]) => declareClass(nameOf(token), one, schema.types));
  return `${header}
    import * as pulumi from "@pulumi/pulumi";

    ${[...types, ...classes].join("\n\n")}
  `;
}

type Types = PackageSchema["types"];

function declareClass(name: string, resource: ResourceSchema, types: Types): string {
  const { description, properties, required, inputProperties, requiredInputs } = resource;
  const outputs = Object.entries(properties).map(([key, property]) => {
    const type = valueType(property);
    const either = required.includes(key) ? type : `${type} | undefined`;
    return `${commentOf(property)}readonly ${key}: pulumi.Output<${either}>;`;
  });
  return `${comment(`Arguments of {@link ${name}}.`)}export interface ${name}Args {
    ${inputLines({ properties: inputProperties, required: requiredInputs }, types)}
  }

  ${comment(withTag(description))}export declare class ${name} extends pulumi.CustomResource {
    /** Reads one that exists, without owning it: it is never changed or deleted. */
    static get(
      name: string,
      id: pulumi.Input<pulumi.ID>,
      opts?: pulumi.CustomResourceOptions,
    ): ${name};

    ${outputs.join("\n")}

    constructor(name: string, args: ${name}Args, opts?: pulumi.CustomResourceOptions);
  }`;
}

function inputLines({ properties, required }: ObjectSchema, types: Types): string {
  const lines = Object.entries(properties).map(([key, property]) => {
    const type = inputType(property, types);
    const input = required.includes(key)
      ? `${key}: pulumi.Input<${type}>`
      : `${key}?: pulumi.Input<${type} | undefined>`;
    const replaces = property.willReplaceOnChanges ? "Another value recreates the resource." : "";
    return `${commentOf(property, replaces)}${input};`;
  });
  return lines.join("\n");
}

function valueLines({ properties, required }: ObjectSchema): string {
  const lines = Object.entries(properties).map(([key, property]) => {
    const mark = required.includes(key) ? "" : "?";
    return `${commentOf(property)}readonly ${key}${mark}: ${valueType(property)};`;
  });
  return lines.join("\n");
}

/** The type of an input, of which each part may be an output of another resource. */
function inputType(schema: TypeSchema, types: Types): string {
  const { $ref, items, additionalProperties } = schema;
  if ($ref !== undefined) {
    const isObject = types[tokenOf($ref)]?.type === "object";
    return isObject ? `${nameOf($ref)}Args` : nameOf($ref);
  }
  if (items) return `readonly pulumi.Input<${inputType(items, types)}>[]`;
  if (additionalProperties) {
    return `Readonly<Record<string, pulumi.Input<${inputType(additionalProperties, types)}>>>`;
  }
  return scalar(schema);
}

function valueType(schema: TypeSchema): string {
  const { $ref, items, additionalProperties } = schema;
  if ($ref !== undefined) return nameOf($ref);
  if (items) return `${valueType(items)}[]`;
  if (additionalProperties) return `Record<string, ${valueType(additionalProperties)}>`;
  return scalar(schema);
}

function scalar({ type }: TypeSchema): string {
  if (type === "integer") return "number";
  if (type === "string" || type === "number" || type === "boolean") return type;
  throw new Error(`a property of type ${String(type)} has no type in TypeScript yet`);
}

/** Tokens of the types that properties have, and of those that these have in turn. */
function typesIn(
  { types }: PackageSchema,
  properties: readonly ObjectSchema["properties"][],
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = ({ $ref, items, additionalProperties }: TypeSchema): void => {
    if (items) visit(items);
    if (additionalProperties) visit(additionalProperties);
    if ($ref === undefined) return;
    const token = tokenOf($ref);
    const type = types[token];
    if (type === undefined) throw new Error(`the schema has no type ${token}`);
    found.add(token);
    if ("properties" in type) Object.values(type.properties).forEach(visit);
  };
  for (const each of properties) Object.values(each).forEach(visit);
  return found;
}

function tokenOf(reference: string): string {
  return reference.replace("#/types/", "");
}

/** `kind:index:Cluster` is `Cluster`. */
function nameOf(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

function commentOf(property: PropertySchema, further = ""): string {
  const { description = "", secret, default: fallback } = property;
  const sentences = [description, secret && "Secret.", further].filter(Boolean).join(" ");
  const tag = fallback === undefined ? "" : `@default ${JSON.stringify(fallback)}`;
  return comment([sentences, tag].filter(Boolean).join("\n"));
}

/** The example as TSDoc has it, in place of the way in which Pulumi's documentation has it. */
function withTag(description: string): string {
  const [text = "", example] = description.split("{{% examples %}}");
  const code = /```typescript\n([\s\S]*?)```/.exec(example ?? "")?.[1];
  const tag = code === undefined ? "" : `\n\n@example\n\`\`\`ts\n${code}\`\`\``;
  return `${text.trim()}${tag}`;
}

/** A TSDoc comment with lines of a hundred characters at most; lines of code stay as they are. */
function comment(text: string): string {
  if (text === "") return "";
  const [prose = "", ...rest] = text.split("\n@example");
  const lines = prose.split("\n").flatMap((line) => line.match(/.{1,96}(?=\s|$)\s?/g) ?? [""]);
  const example = rest.flatMap((part) => `@example${part}`.split("\n"));
  const all = [...lines, ...example].map((line) => line.trimEnd().replaceAll("*/", "*\\/"));
  return all.length === 1
    ? `/** ${all.join("")} */\n`
    : `/**\n${all.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
