import ts from "typescript";
import { isScalar, parse, parseDocument, Scalar } from "yaml";

/** A part of a JSON schema, draft 7. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

interface Reader {
  readonly checker: ts.TypeChecker;
  readonly definitions: Record<string, JsonSchema>;
}

/**
 * Adds the TSDoc of a TypeScript type to its JSON schema: the text of a property becomes its description,
 * `@default` its default, `@example`s its examples. Types with a name become definitions.
 *
 * @param file the module that exports the type
 */
export function describeSchema(schema: JsonSchema, file: string, type: string): JsonSchema {
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const symbol = module && checker.getExportsOfModule(module).find(({ name }) => name === type);
  if (symbol === undefined) throw new Error(`${file} exports no ${type}`);
  const definitions: Record<string, JsonSchema> = {};
  const reader = { checker, definitions };
  const described = describeObject(schema, checker.getDeclaredTypeOfSymbol(symbol), reader);
  return { ...described, ...documentationOf(symbol, checker), definitions };
}

function describeObject(schema: JsonSchema, type: ts.Type, reader: Reader): JsonSchema {
  const { checker } = reader;
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const symbol = checker.getPropertyOfType(type, key);
    if (symbol === undefined) throw new Error(`${checker.typeToString(type)} has no ${key}`);
    const valueType = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
    const value = describe(property, valueType, reader);
    return [key, { ...value, ...documentationOf(symbol, checker), ...examplesOf(symbol, checker) }];
  });
  return { ...schema, properties: Object.fromEntries(properties) as JsonSchema["properties"] & {} };
}

function describe(schema: JsonSchema, type: ts.Type, reader: Reader): JsonSchema {
  if (schema.items !== undefined) {
    const element = reader.checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    return element ? { ...schema, items: describe(schema.items, element, reader) } : schema;
  }
  if (schema.properties === undefined) return schema;
  const name = type.symbol.name;
  if (!(name in reader.definitions)) {
    // A type comes before the types of its properties.
    reader.definitions[name] = {};
    reader.definitions[name] = {
      ...describeObject(schema, type, reader),
      ...documentationOf(type.symbol, reader.checker),
    };
  }
  return { $ref: `#/definitions/${name}` };
}

function documentationOf(symbol: ts.Symbol, checker: ts.TypeChecker): JsonSchema {
  const text = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .replaceAll(/(?<!\n)\n(?!\n)/g, " ");
  const byDefault = tagsOf(symbol, checker, "default")[0];
  // A default in words is no value: an editor would write it into the file.
  const value = byDefault === undefined ? undefined : valueOf(byDefault);
  const words = byDefault !== undefined && value?.isWhole !== true ? ` Default: ${byDefault}.` : "";
  return {
    ...(text + words !== "" && { description: text + words }),
    ...(value && { default: value.value }),
  };
}

/** Values of the property for a topology. */
function examplesOf(symbol: ts.Symbol, checker: ts.TypeChecker): JsonSchema {
  const examples = tagsOf(symbol, checker, "example").map((text) => parse(text) as unknown);
  return examples.length === 0 ? {} : { examples };
}

function tagsOf(symbol: ts.Symbol, checker: ts.TypeChecker, name: string): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map((tag) => ts.displayPartsToString(tag.text).replaceAll("\n", " "));
}

/** `87600 (ten years)` is a value too, but only part of the text. */
function valueOf(text: string): { value: unknown; isWhole: boolean } | undefined {
  const number = /^(\d+) \([^)]*\)$/.exec(text)?.[1];
  if (number !== undefined) return { value: Number(number), isWhole: false };
  const { contents, errors } = parseDocument(text);
  const isWords =
    errors.length > 0 ||
    (isScalar(contents) && contents.type === Scalar.PLAIN && typeof contents.value === "string");
  return isWords ? undefined : { value: contents?.toJSON(), isWhole: true };
}
