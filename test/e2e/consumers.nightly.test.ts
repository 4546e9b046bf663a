// Two linked clusters by a program in each language, which uses the package as it is installed from its tarball.
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { after, before, describe, test } from "node:test";
import { sourcesVariable } from "../../components/sources.ts";
import { docker, dockerList } from "../../environments/docker.ts";
import { connect } from "../../kubernetes/connect.ts";
import { linkPath } from "../../linkerd/names.ts";
import { dockerNetworkName, multiclusterNamespace } from "../../planning/names.ts";
import { ConsumingProject, languages, stack } from "../engine/consumers.ts";
import type { LanguageProgram } from "../engine/languages/language-program.ts";
import { noPython } from "../engine/languages/python.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { temporaryDirectory } from "../temporary.ts";
import { eventually } from "./environment.ts";

/** What the examples in the other languages are. */
const program = `import { Topology } from "linkerd-topology";

const lab = new Topology("lab", {
  topology: { clusters: [{ name: "west" }, { name: "east" }], links: [{ between: ["west", "east"] }] },
});
export const kubeconfigs = lab.kubeconfigs;
`;

const network = dockerNetworkName("lab");
const nodes = ["lab-east-control-plane", "lab-west-control-plane"];

describe("programs of others make two linked clusters", { timeout: 3_600_000 }, () => {
  let directory = "";
  let project: ConsumingProject;
  let engine: LanguageProgram | undefined;

  before(async () => {
    // Names that are the examples' may be a person's, too.
    assert.deepEqual(await left(), [], "clusters or a network of these names are there already");
    directory = await temporaryDirectory("engine-test");
    project = await ConsumingProject.createWithPlugins(directory);
    for (const name of ["nodenext", "Pulumi's template"] as const) {
      await project.writeTypescript(name, { "index.ts": program });
    }
    const { stdout } = await project.tsc("nodenext");
    assert.equal(stdout, "");
    engine = await project.startEngine({
      clusters: true,
      // Pulumi's Kubernetes provider leaves an administrator's kubeconfig for every Helm release.
      env: { [sourcesVariable]: process.env[sourcesVariable] ?? "", TMPDIR: directory },
    });
  });
  after(async () => {
    await engine?.close();
    for (const name of (await left()).reverse()) {
      await docker(
        name === network ? ["network", "rm", name] : ["rm", "--force", "--volumes", name],
      );
    }
    await rm(directory, { recursive: true, force: true });
  });

  // Components alone are the same in every language.
  for (const language of [...languages, "Python, components alone"] as const) {
    test(language, { skip: language.startsWith("Python") && noPython }, async (context) => {
      assert.ok(engine);
      const { folder, run } = await project.consumers(engine)[language]();
      const planned = await run("preview");
      assert.match(planned, /kind:index:Cluster \S*west\S* create/);
      assert.deepEqual(await left(), []);
      await run("up");
      assert.deepEqual(await left(), [network, ...nodes]);
      const { kubeconfigs } = await engine.outputs();
      const files: string[] = [];
      for (const [source, target] of [
        ["west", "east"],
        ["east", "west"],
      ] as const) {
        const kubeconfigPath = path.join(directory, `${source}.kubeconfig`);
        const text = (kubeconfigs as Record<string, string>)[source] ?? "";
        await writeFile(kubeconfigPath, text, { mode: 0o600 });
        files.push(kubeconfigPath);
        const api = await connect({ kubeconfigPath });
        const { spec } = await api.get<{ readonly spec: Readonly<Record<string, unknown>> }>(
          linkPath(multiclusterNamespace, target),
        );
        assert.equal(spec["targetClusterName"], target);
      }
      const verify = ["linkerd-topology", "verify", "--traffic", "--kubeconfig", ...files];
      context.diagnostic(
        await eventually("a mesh in order", timeLimits.meshProved, async () => {
          const { exitCode, stdout, stderr } = await execa("npx", verify, {
            cwd: project.folder,
            reject: false,
          });
          assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
          return stdout.trim().split("\n").at(-1) ?? "";
        }),
      );
      assert.match(await run("up"), /Resources:\s+\d+ unchanged/);
      await run("destroy");
      assert.deepEqual(await left(), []);
      await engine.mustRun("pulumi", ["stack", "rm", "--yes", stack], folder);
    });
  }
});

/** The network and the nodes that exist. */
async function left(): Promise<string[]> {
  const networks = (await dockerList(["network", "ls"])).map((row) => row["Name"] ?? "");
  const containers = (await dockerList(["ps", "--all"])).map((row) => row["Names"] ?? "");
  return [
    ...networks.filter((name) => name === network),
    ...containers.filter((name) => nodes.includes(name)).sort(),
  ];
}
