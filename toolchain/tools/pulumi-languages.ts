import type { Artifact } from "../artifact.ts";
import { oneProgram } from "../artifact.ts";

/** Writes SDKs of a package, by Pulumi's own code generators: `pulumi-sdks python|go|dotnet|java FOLDER < schema.json`. */
export const sdkGenerator = oneProgram("pulumi-sdks", "3.259.0");

/** Runs programs in YAML. */
export const yamlHost: Artifact = {
  name: "pulumi-language-yaml",
  version: "1.38.1",
  programs: [
    {
      module: "pulumi-language-yaml",
      binary: "pulumi-language-yaml",
      package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
      variables: { "github.com/pulumi/pulumi-yaml/pkg/version.Version": "v1.38.1" },
    },
  ],
};
