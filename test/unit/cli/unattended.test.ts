import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { localBackend } from "../../../environments/backend.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { writeState } from "../environments/written-state.ts";
import { temporaryDirectory } from "../../temporary.ts";

const root = path.resolve(import.meta.dirname, "../../..");

const kubeconfig = `apiVersion: v1
kind: Config
current-context: one
contexts: [{ name: one, context: { cluster: one, user: one } }]
clusters: [{ name: one, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: one, user: { token: none } }]
`;

/** A stack without a data plane, which somebody's own cluster is to join: `up` has to ask about that. */
describe("npm run up with nobody to ask", () => {
  let directory = "";
  const backend = () => localBackend(path.join(directory, "linkerd-topology"));
  before(async () => {
    directory = await temporaryDirectory("linkerd-topology-unattended");
    const file = path.join(directory, "lab.yaml");
    await writeFile(path.join(directory, "one.kubeconfig"), kubeconfig);
    await writeFile(
      file,
      "clusters:\n  - { name: west }\n  - { name: one, kubeconfig: one.kubeconfig, podSubnet: 10.1.0.0/16, serviceSubnet: 10.2.0.0/16 }\n",
    );
    await writeState(backend(), "lab", { sources: { dataPlane: "none" }, topology: { file } });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  // The last one leaves the pipe open that this process never writes to.
  for (const stdin of ["</dev/null", "<&-", "<<<y", ""]) {
    test(`refuses at once what it would have to ask about (${stdin})`, async () => {
      const listing = () => readdir(directory, { recursive: true });
      const files = await listing();
      const { exitCode, stdout, stderr, timedOut } = await execa(
        "bash",
        [
          "-c",
          `npm run --silent up -- "$1" --name lab ${stdin}`,
          "bash",
          path.join(directory, "lab.yaml"),
        ],
        {
          cwd: root,
          reject: false,
          timeout: 60_000,
          env: { CI: undefined, XDG_STATE_HOME: directory, PULUMI_HOME: directory, NO_COLOR: "1" },
        },
      );
      assert.equal(timedOut, false);
      assert.match(
        stdout + stderr,
        /"one" exists already, with others' workloads.*Nothing was changed.*--allow-no-data-plane/s,
      );
      assert.equal(exitCode, exitCodes.badInput);
      assert.deepEqual(await listing(), files);
    });
  }
});
