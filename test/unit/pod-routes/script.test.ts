import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { routeLine } from "../../../planning/links/pod-routes.ts";

const script = join(import.meta.dirname, "../../../components/pod-routes.sh");
const east = routeLine("10.2.0.0/21", "lab-east-control-plane", "10.2.0.0/24");
const north = routeLine("10.3.0.0/21", "lab-north-control-plane", "10.3.0.0/24");
const programs = [
  "ip",
  "iptables",
  "iptables-nft",
  "getent",
  "sleep",
  "timeout",
  "mkdir",
  "mv",
  "rm",
];

const chain = "KIND-MASQ-AGENT";
const ofKind = [`-N ${chain}`, `-A ${chain} -d 10.1.0.0/21 -j RETURN`, `-A ${chain} -j MASQUERADE`];
const kept = (subnet: string) =>
  `-A ${chain} -d ${subnet} -m comment --comment linkerd-topology -j RETURN`;

describe("what keeps pod routes on a node", () => {
  let node: string;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    node = mkdtempSync(join(tmpdir(), "pod-routes-"));
    mkdirSync(join(node, "bin"));
    for (const program of programs) {
      symlinkSync(join(import.meta.dirname, "fake-node.sh"), join(node, "bin", program));
    }
    write("hosts", ["lab-east-control-plane. 172.18.0.3", "lab-north-control-plane. 172.18.0.4"]);
    write("routes", ["10.1.1.0/24 via 172.18.0.9 proto 3"]);
    write("rules", ofKind);
  });
  afterEach(async () => {
    for (const one of started.splice(0)) {
      if (one.exitCode !== null) continue;
      one.kill("SIGKILL");
      await once(one, "exit");
    }
    rmSync(node, { recursive: true, force: true });
  });

  const write = (file: string, lines: readonly string[]) =>
    writeFileSync(join(node, file), lines.map((line) => `${line}\n`).join(""));
  const read = (file: string): string[] => {
    try {
      return readFileSync(join(node, file), "utf8").trimEnd().split("\n");
    } catch {
      return [];
    }
  };
  const routes = () => read("routes").sort();
  const start = (instance: string, ...peers: string[]): ChildProcess => {
    const child = spawn("/bin/bash", [script], {
      env: {
        PATH: join(node, "bin"),
        FAKE_NODE: node,
        STATE: join(node, "state"),
        INSTANCE: instance,
        PEERS: peers.join("\n"),
      },
      stdio: ["ignore", "ignore", "inherit"],
    });
    started.push(child);
    return child;
  };
  const stop = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
  };
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (holds()) return;
      await sleep(50);
    }
    assert.fail(`${what}: ${JSON.stringify({ routes: routes(), rules: read("rules") })}`);
  };
  const ready = async (instance: string): Promise<void> =>
    until(`${instance} is ready`, () => read(`state/${instance}`)[0] === "ready");

  const foreign = "10.1.1.0/24 via 172.18.0.9 proto 3";
  const toEast = "10.2.0.0/24 via 172.18.0.3 proto 76";
  const toNorth = "10.3.0.0/24 via 172.18.0.4 proto 76";

  it("lays a route to every node, and keeps addresses ahead of the masquerading", async () => {
    start("a", east, north);
    await ready("a");
    assert.deepEqual(routes(), [foreign, toEast, toNorth]);
    const rules = read("rules");
    assert.deepEqual(rules.slice(1, 3).sort(), [kept("10.2.0.0/21"), kept("10.3.0.0/21")]);
    assert.deepEqual(rules.slice(3), ofKind.slice(1));
  });

  it("puts back what was lost, and follows a node to another address", async () => {
    start("a", east);
    await ready("a");
    write("routes", [foreign]);
    write("rules", [...ofKind, kept("10.2.0.0/21")]);
    write("hosts", ["lab-east-control-plane. 172.18.0.7"]);
    await until("the route comes back", () =>
      routes().includes("10.2.0.0/24 via 172.18.0.7 proto 76"),
    );
    await until("the rule is ahead", () => read("rules")[1] === kept("10.2.0.0/21"));
    assert.equal(read("rules").length, 4);
  });

  it("takes away what an earlier one made and nobody wants any more, and nothing else", async () => {
    write("routes", [foreign, toNorth]);
    write("rules", [ofKind[0] ?? "", kept("10.3.0.0/21"), ...ofKind.slice(1)]);
    start("a", east);
    await ready("a");
    assert.deepEqual(routes(), [foreign, toEast]);
    assert.deepEqual(read("rules"), [ofKind[0], kept("10.2.0.0/21"), ...ofKind.slice(1)]);
  });

  it("takes away all of its own when it is stopped", async () => {
    const child = start("a", east, north);
    await ready("a");
    await stop(child);
    assert.deepEqual(routes(), [foreign]);
    assert.deepEqual(read("rules"), ofKind);
    assert.deepEqual(read("state/a"), []);
  });

  it("leaves the routes to its successor while a change is rolled out", async () => {
    const old = start("a", east);
    await ready("a");
    start("b", east, north);
    await ready("b");
    await stop(old);
    assert.deepEqual(routes(), [foreign, toEast, toNorth]);
    assert.ok(read("rules").includes(kept("10.2.0.0/21")));
  });

  it("says what is missing while a node has no address, and keeps its last route", async () => {
    start("a", east);
    await ready("a");
    write("hosts", []);
    await until("it says so", () =>
      /lab-east-control-plane has no address/.test(read("state/a")[0] ?? ""),
    );
    assert.deepEqual(routes(), [foreign, toEast]);
  });

  it("follows a node to another address although nobody answers for another one", async () => {
    start("a", east, north);
    await ready("a");
    write("hosts", ["lab-east-control-plane. 172.18.0.7", "lab-north-control-plane. never"]);
    await until("the route leads there", () =>
      routes().includes("10.2.0.0/24 via 172.18.0.7 proto 76"),
    );
    assert.ok(routes().includes(toNorth));
    await until("it says so", () =>
      /lab-north-control-plane has no address/.test(read("state/a")[0] ?? ""),
    );
  });

  it("starts few programs while nothing changes, however many nodes there are", async () => {
    const more = Array.from({ length: 8 }, (_, i) => ({
      name: `n${i}`,
      subnet: `10.9.${i}.0/24`,
    }));
    write(
      "hosts",
      more.map(({ name }, i) => `${name}. 172.18.1.${i}`),
    );
    start("a", ...more.map(({ name, subnet }) => routeLine("10.9.0.0/16", name, subnet)));
    await ready("a");
    const rounds = () => read("calls").join(" ").split(" sleep ").slice(1, -1);
    await until("some rounds are over", () => rounds().length > 2);
    assert.deepEqual(new Set(rounds()), new Set(["ip timeout getent iptables"]));
  });

  it("is not ready before the cluster's network agent has made its chain", async () => {
    rmSync(join(node, "rules"));
    start("a", east);
    await until("it says so", () => /no chain KIND-MASQ-AGENT/.test(read("state/a")[0] ?? ""));
    write("rules", ofKind);
    await ready("a");
    assert.equal(read("rules")[1], kept("10.2.0.0/21"));
  });
});
