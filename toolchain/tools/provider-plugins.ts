import type { Artifact } from "../artifact.ts";
import type { GoProgram } from "../go-program.ts";

/** A Pulumi provider plugin. Its version is that of its package in package.json. */
export interface ProviderPlugin {
  /** Pulumi's name of the provider, such as `kubernetes`. */
  readonly name: string;
  readonly version: string;
  /** Where Pulumi downloads it from; used to check that the download works. */
  readonly release: string;
  readonly built: Artifact;
  /** The plugin's program in the artifact. */
  readonly binary: string;
}

const kubernetesModule = "github.com/pulumi/pulumi-kubernetes/provider/v4";

export const kubernetesPlugin = plugin("kubernetes", "4.25.0", {
  "schema.json": {
    module: kubernetesModule,
    path: "cmd/pulumi-resource-kubernetes/schema.json",
  },
  "terraform-mapping.json": {
    module: kubernetesModule,
    path: "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
  },
});

export const tlsPlugin = plugin("tls", "5.3.0");

function plugin(name: string, version: string, embeds?: GoProgram["embeds"]): ProviderPlugin {
  const binary = `pulumi-resource-${name}`;
  const variables = { "main.version": version };
  return {
    name,
    binary,
    version,
    release: `https://github.com/pulumi/pulumi-${name}/releases/download/v${version}/pulumi-${name}_${version}_checksums.txt`,
    built: {
      name: binary,
      version,
      programs: [{ module: binary, binary, variables, ...(embeds && { embeds }) }],
    },
  };
}
