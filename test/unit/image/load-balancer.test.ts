import assert from "node:assert/strict";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { execa } from "execa";
import { temporaryDirectory } from "../../temporary.ts";
import { debianKey, loadBalancerSystem } from "../../../toolchain/image/debian.ts";
import { imageIn } from "../../../toolchain/image/load-balancer-image.ts";

const program = path.join(import.meta.dirname, "../../../toolchain/image/load-balancer/envoy.sh");

/** Envoy's resources, as far as kind says something in them that counts. */
const address = (host: string, port: number) => `
          address:
            socket_address:
              address: ${host}
              port_value: ${String(port)}
`;
const listener = `resources:\n- name: listener${address('"0.0.0.0"', 6443)}`;
const cluster = `resources:\n- name: servers${["a", "a2", "a3"].map((host) => address(`x-${host}`, 6443)).join("")}`;

describe("the load balancer before several control planes", () => {
  let folder: string;
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  const start = () => {
    const env = {
      LOAD_BALANCER_FOLDER: folder,
      LOAD_BALANCER_HAPROXY: path.join(folder, "haproxy"),
    };
    return execa(program, ["-c", "/home/envoy/envoy.yaml"], {
      env,
      reject: false,
      timeout: 60_000,
    });
  };
  beforeEach(async () => {
    folder = await temporaryDirectory("load-balancer");
    await write("haproxy", "#!/bin/sh\necho $#: $1 $2\n");
    await chmod(path.join(folder, "haproxy"), 0o755);
    // What kind begins with.
    for (const name of ["cds.yaml", "lds.yaml"]) await write(name, "resources: []");
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("waits for kind's configuration, and leads to its control planes", async () => {
    const running = start();
    await write("cds.yaml", cluster);
    await write("lds.yaml", listener);
    const { stdout, exitCode, stderr } = await running;
    assert.deepEqual([exitCode, stdout, stderr], [0, "3: -db -f", ""]);
    const lines = (await readFile(path.join(folder, "haproxy.cfg"), "utf8")).split("\n");
    assert.ok(lines.includes("  bind :6443"));
    assert.deepEqual(
      lines.filter((line) => line.startsWith("  server ")),
      ["x-a", "x-a2", "x-a3"].map((name) => `  server ${name} ${name}:6443`),
    );
  });

  test("ends where there is no control plane to lead to", async () => {
    await write("lds.yaml", listener);
    const { exitCode, stderr } = await start();
    assert.equal(exitCode, 1);
    assert.match(stderr, /no control plane in .*cds\.yaml/);
  });

  test("has the name that kind's own source says", () => {
    assert.equal(imageIn('\nconst Image = "docker.io/x/envoy:v1"\n'), "docker.io/x/envoy:v1");
    for (const other of ["", '\nconst Image = "kindest/haproxy:v1"\n']) {
      assert.throws(() => imageIn(other), /this kind is unknown here/);
    }
  });

  test("is another system than the nodes', whose key stays", () => {
    assert.notEqual(debianKey(loadBalancerSystem), debianKey());
  });
});
