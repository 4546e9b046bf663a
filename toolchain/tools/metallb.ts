import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { metallbVersion } from "../../planning/clusters/metallb.ts";
import type { Artifact } from "../artifact.ts";
import { moduleFolder } from "../go-build.ts";
import type { GoProgram } from "../go-program.ts";

const module = "go.universe.tf/metallb";

const program = (name: string): GoProgram => ({
  module: "metallb",
  binary: name,
  package: `${module}/${name}`,
});

/** The artifact's folder with the chart. */
export const metallbChart = "chart";

/** The load balancer of kind clusters: its two programs, and its chart. */
export const metallb: Artifact = {
  name: "metallb",
  version: metallbVersion,
  programs: [program("controller"), program("speaker")],
  inputs: [metallbChart],
  finish: async (folder, context) => {
    const from = join(await moduleFolder("metallb", module, context), "charts", "metallb");
    // The module cache is read-only, and a copy of its folders would be so too: nobody could remove it.
    for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const to = join(folder, metallbChart, relative(from, file));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(file, to);
    }
  },
};
