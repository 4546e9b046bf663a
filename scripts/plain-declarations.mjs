// The declarations that the package publishes. They are those that its entries lead to, and they say in plain
// TypeScript what the schemas say in zod's: zod's own declarations don't compile in a program with Pulumi's default
// tsconfig.json (CommonJS without esModuleInterop).
import path from "node:path";
import ts from "typescript";

/**
 * Files of declarations that entries lead to.
 *
 * @param {string[]} entries paths of the first ones
 * @param {(file: string) => string} read
 * @returns {Map<string, string>} text by path, without zod
 */
export function publishedDeclarations(entries, read) {
  const files = new Map();
  const left = [...entries];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (files.has(file)) continue;
    const text = plainDeclarations(read(file));
    files.set(file, text);
    const specifiers = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
    for (const specifier of specifiers.filter((one) => one.startsWith("."))) {
      left.push(path.join(path.dirname(file), specifier.replace(/\.[jt]s$/, ".d.ts")));
    }
  }
  return files;
}

/**
 * The same declarations without zod: each type is what its schema says, and the schemas are left out.
 *
 * @param {string} text of a file of declarations
 * @throws Error for what can be said in zod and not here
 */
export function plainDeclarations(text) {
  const source = ts.createSourceFile("schema.d.ts", text, ts.ScriptTarget.Latest, true);
  if (!source.statements.some(importsZod)) return text;
  const schemas = new Map(source.statements.flatMap(schemasOf));
  return source.statements
    .map((statement) => plainStatement(statement, schemas))
    .join("")
    .trimStart();
}

function importsZod(statement) {
  if (!ts.isImportDeclaration(statement) || statement.moduleSpecifier.text !== "zod") return false;
  if (statement.importClause?.namedBindings?.name?.text !== "z") {
    throw new Error('zod is imported in another way than `import * as z from "zod"`');
  }
  return true;
}

/** The type of each schema, and of what a function that makes schemas returns. */
function schemasOf(statement) {
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name, type }) => [
    name.getText(),
    type && ts.isFunctionTypeNode(type) ? type.type : type,
  ]);
}

function plainStatement(statement, schemas) {
  if (importsZod(statement)) return "";
  const text = statement.getFullText();
  if (!/\bz\./.test(statement.getText())) return text;
  if (ts.isVariableStatement(statement) || ts.isFunctionDeclaration(statement)) return "";
  const before = text.slice(0, statement.getLeadingTriviaWidth());
  if (ts.isInterfaceDeclaration(statement)) {
    const inferred = statement.heritageClauses?.[0]?.types[0]?.typeArguments?.[0];
    const schema = schemaOf(inferred, schemas);
    return `${before}export interface ${statement.name.text} ${plainType(schema)}`;
  }
  if (ts.isTypeAliasDeclaration(statement)) {
    const schema = schemaOf(statement.type, schemas);
    return `${before}export type ${statement.name.text} = ${plainType(schema)};`;
  }
  throw unknown(statement);
}

/** What `z.infer<typeof NAME>` and `z.infer<ReturnType<typeof NAME>>` are about. */
function schemaOf(inferred, schemas) {
  const name = /^z\.infer<(?:ReturnType<)?typeof (\w+)>{1,2}$/.exec(inferred?.getText() ?? "")?.[1];
  return schemas.get(name) ?? fail(inferred);
}

function plainType(node) {
  if (!ts.isTypeReferenceNode(node)) return fail(node);
  const [first] = node.typeArguments ?? [];
  switch (node.typeName.getText()) {
    case "z.ZodString":
      return "string";
    case "z.ZodInt":
    case "z.ZodNumber":
      return "number";
    case "z.ZodBoolean":
      return "boolean";
    // What it stands for has a name, or says itself what it is.
    case "z.ZodType":
      return first.getText().includes("z.") ? fail(node) : first.getText();
    case "z.ZodEnum":
      return first.members.map(({ type }) => type.getText()).join(" | ");
    case "z.ZodLiteral":
      return first.getText();
    case "z.ZodUnknown":
      return "unknown";
    case "z.ZodArray":
      return `readonly (${plainType(first)})[]`;
    case "z.ZodRecord":
      return `{ readonly [key: ${plainType(first)}]: ${plainType(node.typeArguments[1])} }`;
    case "z.ZodUnion":
    case "z.ZodDiscriminatedUnion":
      return (first.elements ?? first.type.elements).map(plainType).join(" | ");
    case "z.ZodObject":
      return `{${first.members.map(plainMember).join("")}\n}`;
    default:
      return fail(node);
  }
}

function plainMember(member) {
  const { name, type } = member;
  const optional = /^z\.Zod(?:Exact)?Optional$/.test(type.typeName?.getText() ?? "");
  const before = member.getFullText().slice(0, member.getLeadingTriviaWidth());
  const value = plainType(optional ? type.typeArguments[0] : type);
  return `${before}readonly ${name.getText()}${optional ? "?" : ""}: ${value};`;
}

function fail(node) {
  throw unknown(node);
}

function unknown(node) {
  return new Error(`scripts/plain-declarations.mjs can't say without zod: ${node?.getText()}`);
}
