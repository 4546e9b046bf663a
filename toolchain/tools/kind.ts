import { oneProgram } from "../artifact.ts";
import type { Tool } from "../tool.ts";

const version = "0.33.0";

/** kind, which creates the clusters. */
export const kind: Tool = {
  name: "kind",
  version,
  machine: {
    command: "kind",
    arguments: ["version"],
    range: { atLeast: "0.30.0", below: "1.0.0" },
  },
  release: ({ os, arch }) => {
    const file = `kind-${os}-${arch}`;
    const folder = `https://github.com/kubernetes-sigs/kind/releases/download/v${version}`;
    return { url: `${folder}/${file}`, checksums: `${folder}/${file}.sha256sum`, file, as: "kind" };
  },
  built: oneProgram("kind", version),
};
