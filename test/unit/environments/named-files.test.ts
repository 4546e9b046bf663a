import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { readCrds } from "../../../components/gateway-api.ts";
import { readProgramFile } from "../../../components/program-context.ts";
import { readSources } from "../../../components/sources.ts";
import { writeKubeconfigs } from "../../../environments/runs/kubeconfig.ts";
import { connect, readContexts } from "../../../kubernetes/connect.ts";
import { repairKubeconfig } from "../../../providers/kind/kubeconfig-file.ts";
import { secretsIn } from "../../../verification/bundle/known-secrets.ts";
import { certificateFiles, kubeconfigFiles } from "../../../environments/topology-files.ts";

/** Whatever reads a file that a person names, by its path. */
const readers: readonly (readonly [string, (file: string) => unknown])[] = [
  ["a certificate, for a command", certificateFiles().readFile],
  ["a kubeconfig, for a command", kubeconfigFiles().readFile],
  ["a certificate, for a program", readProgramFile],
  ["a sources file", readSources],
  ["the Gateway API's CRDs", readCrds],
];

/** Whatever reads a kubeconfig of a stack that runs: the file may have become anything since it was planned. */
const laterReaders: readonly (readonly [string, (file: string) => Promise<unknown>])[] = [
  ["an API client", (kubeconfigPath) => connect({ kubeconfigPath })],
  ["the list of contexts", (kubeconfigPath) => readContexts({ kubeconfigPath })],
  ["what the provider kind looks after", (file) => repairKubeconfig(file, "text")],
  [
    "what a run's command is given",
    (kubeconfigPath) =>
      writeKubeconfigs({ clusters: [{ name: "west", kubeconfigPath }] } as never, "/nowhere"),
  ],
];

describe("a file that a person names", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "named-files-"));
  const pipe = path.join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  after(() => {
    rmSync(directory, { recursive: true });
  });

  for (const [what, read] of readers) {
    it(`is told of at once where it is no file: ${what}`, () => {
      assert.throws(() => read(pipe), /it is a pipe, not a file/);
      assert.throws(() => read(directory), /it is a directory, not a file/);
      assert.throws(() => read(path.join(directory, "none")), /there is no such file/);
    });
  }

  for (const [what, read] of laterReaders) {
    it(`is told of at once where it is no file any more: a kubeconfig, for ${what}`, async () => {
      await assert.rejects(read(pipe), /pipe can't be read: it is a pipe, not a file/);
      await assert.rejects(read(directory), /can't be read: it is a directory, not a file/);
      await assert.rejects(read("/dev/zero"), /can't be read: it is a device, not a file/);
    });
  }

  it("has no secrets that a bundle could know of where it is no file", () => {
    assert.deepEqual(secretsIn([{ kubeconfigPath: pipe }]), []);
  });
});
