import type { Tool } from "../tool.ts";

const version = "3.259.0";

/**
 * Releases of the language host are made together with the CLI. The module in which newer ones lie
 * is not served by the module mirror; the CLI and the SDK still speak the protocol of this one.
 */
const languageHostVersion = "3.68.0";

/** The variable that both programs print as their version. */
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The Pulumi CLI with its language host for Node.js beside it, as its releases have them. */
export const pulumi: Tool = {
  name: "pulumi",
  version,
  machine: {
    command: "pulumi",
    arguments: ["version"],
    range: { atLeast: "3.259.0", below: "4.0.0" },
    alsoNeeds: ["pulumi-language-nodejs"],
  },
  release: ({ os, pulumiArch }) => {
    const file = `pulumi-v${version}-${os}-${pulumiArch}.tar.gz`;
    const folder = `https://github.com/pulumi/pulumi/releases/download/v${version}`;
    return {
      url: `https://get.pulumi.com/releases/sdk/${file}`,
      checksums: `${folder}/pulumi-${version}-checksums.txt`,
      file,
      unpack: "pulumi",
    };
  },
  built: {
    name: "pulumi",
    version,
    programs: [
      {
        module: "pulumi",
        binary: "pulumi",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables: { [versionVariable]: `v${version}` },
      },
      {
        module: "pulumi-language-nodejs",
        binary: "pulumi-language-nodejs",
        package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        variables: { [versionVariable]: `v${languageHostVersion}` },
      },
    ],
  },
};
