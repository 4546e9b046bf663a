import type { Tool } from "../tool.ts";

const version = "3.259.0";

/**
 * The CLI and the language host are released together. The module mirror does not serve the module of
 * newer language hosts; the CLI and the SDK still speak the protocol of this one.
 */
const languageHostVersion = "3.68.0";

/** The variable with the version that both programs print. */
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The Pulumi CLI and its language host for Node.js, in one folder as in Pulumi's releases. */
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
