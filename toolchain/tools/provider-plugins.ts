import type { Artifact } from "../artifact.ts";

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

const kubernetesVersion = "4.25.0";
const kubernetesModule = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** @pulumi/kubernetes' provider. */
export const kubernetesPlugin: ProviderPlugin = {
  name: "kubernetes",
  binary: "pulumi-resource-kubernetes",
  version: kubernetesVersion,
  release: `https://github.com/pulumi/pulumi-kubernetes/releases/download/v${kubernetesVersion}/pulumi-kubernetes_${kubernetesVersion}_checksums.txt`,
  built: {
    name: "pulumi-resource-kubernetes",
    version: kubernetesVersion,
    programs: [
      {
        module: "pulumi-resource-kubernetes",
        binary: "pulumi-resource-kubernetes",
        variables: { "main.version": kubernetesVersion },
        embeds: {
          "schema.json": {
            module: kubernetesModule,
            path: "cmd/pulumi-resource-kubernetes/schema.json",
          },
          "terraform-mapping.json": {
            module: kubernetesModule,
            path: "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
          },
        },
      },
    ],
  },
};

const tlsVersion = "5.3.0";

/** @pulumi/tls' provider. */
export const tlsPlugin: ProviderPlugin = {
  name: "tls",
  binary: "pulumi-resource-tls",
  version: tlsVersion,
  release: `https://github.com/pulumi/pulumi-tls/releases/download/v${tlsVersion}/pulumi-tls_${tlsVersion}_checksums.txt`,
  built: {
    name: "pulumi-resource-tls",
    version: tlsVersion,
    programs: [
      {
        module: "pulumi-resource-tls",
        binary: "pulumi-resource-tls",
        variables: { "main.version": tlsVersion },
      },
    ],
  },
};
