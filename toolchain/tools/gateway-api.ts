import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../artifact.ts";
import { moduleFolder } from "../go-build.ts";

/** The artifact's file with the CRDs. */
export const gatewayApiFile = "standard-install.yaml";

/** The CRDs of the Gateway API's standard channel, as one file. */
export const gatewayApi: Artifact = {
  name: "gateway-api",
  version: "v1.2.1",
  programs: [],
  modules: ["gateway-api"],
  inputs: [gatewayApiFile],
  finish: async (folder, context) => {
    const module = await moduleFolder("gateway-api", "sigs.k8s.io/gateway-api", context);
    const crds = join(module, "config", "crd", "standard");
    const names = (await readdir(crds)).filter((name) => name.endsWith(".yaml")).sort();
    const texts = await Promise.all(
      names.map(async (name) => (await readFile(join(crds, name), "utf8")).trim()),
    );
    await writeFile(join(folder, gatewayApiFile), `${texts.join("\n---\n")}\n`);
  },
};
