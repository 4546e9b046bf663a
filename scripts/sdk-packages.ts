import { readFileSync } from "node:fs";
import path from "node:path";
import { packageSchemas } from "../providers/package-schemas.ts";
import { sdkFiles } from "./sdk.ts";

/**
 * Name of each SDK on npm. `@pulumi/kind` is what Pulumi calls the SDK of a provider `kind`; both are bundled
 * into the package, and never published.
 */
const names = { kind: "@pulumi/kind", mesh: "@linkerd-topology/mesh" } as const;

/** The text of every file of the SDKs, by its path from the root of the project. */
export async function sdks(): Promise<ReadonlyMap<string, string>> {
  const file = path.join(path.dirname(import.meta.dirname), "package.json");
  const { license, dependencies } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly license: string;
    readonly dependencies: { readonly "@pulumi/pulumi": string };
  };
  const found = new Map<string, string>();
  for (const sdk of ["kind", "mesh"] as const) {
    const about = { name: names[sdk], license, pulumi: dependencies["@pulumi/pulumi"] };
    const files = await sdkFiles(packageSchemas[sdk], about);
    for (const [name, text] of Object.entries(files)) found.set(`sdks/${sdk}/${name}`, text);
  }
  return found;
}
