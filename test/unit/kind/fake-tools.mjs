// Stands in for `docker` and `kind` on PATH. Both are shell scripts that ask the test's own process: one of
// Node.js for each call would take most of the time of these tests. The state lies in a directory: one file per
// container, network and image; what was called goes to calls.log; files called behave-* change what happens.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";

/** What a tool that fails ends with, after what it printed. */
class Failure extends Error {}

/**
 * Answers the scripts of {@link fakeTool}.
 *
 * @param {string} root directory of the state
 */
export async function startFakeTools(root) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // The one who asked was killed.
    socket.on("error", () => undefined);
    let asked = "";
    socket.setEncoding("utf8").on("data", (text) => {
      asked += text;
      const fields = asked.split("\0");
      const [tool, network, kubeconfig, count] = fields;
      // Each of them ends with a zero byte: those above, the arguments, and standard input.
      if (fields.length < 4 + Number(count) + 2) return;
      const args = fields.slice(4, -2);
      const input = Buffer.from(fields.at(-2), "base64").toString();
      void call(root, { tool, args, input, network, kubeconfig }).then(
        ({ exitCode, stderr, stdout }) => {
          socket.write(`${exitCode}\n${stderr}\0`);
          socket.end(stdout);
        },
        (error) => socket.end(`70\nfake ${tool}: ${error.stack}\0`),
      );
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The text of a program that asks the server at `port`. */
export function fakeTool(tool, port) {
  return `#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 70
{
  printf '%s\\0' ${tool} "\${KIND_EXPERIMENTAL_DOCKER_NETWORK-}" "\${KUBECONFIG-}" $# "$@"
  case "$*" in "exec --interactive "*|"create cluster "*) base64 ;; esac
  printf '\\0'
} >&3
IFS= read -r code <&3 || exit 70
IFS= read -r -d '' said <&3
printf '%s' "$said" >&2
cat <&3
exit "$code"
`;
}

let made = 0;

/** What one call of a tool prints and ends with. */
async function call(root, { tool, args, input, network: networkName, kubeconfig }) {
  let stderr = "";
  const stdout = [];
  const at = (...parts) => join(root, ...parts);
  const read = (path) => JSON.parse(readFileSync(path, "utf8"));
  const all = (kind) =>
    existsSync(at(kind)) ? readdirSync(at(kind)).map((file) => read(at(kind, file))) : [];
  const save = (kind, name, value) => {
    mkdirSync(at(kind), { recursive: true });
    writeFileSync(at(kind, `${name}.json`), JSON.stringify(value));
  };
  const behaviour = (name) =>
    existsSync(at(`behave-${name}`)) ? readFileSync(at(`behave-${name}`), "utf8") : undefined;
  const print = (text) => void stdout.push(Buffer.from(`${text}\n`));
  const fail = (text) => {
    throw new Failure(text);
  };
  const flag = (name) => args[args.indexOf(name) + 1];

  appendFileSync(at("calls.log"), `${[tool, ...args].join(" ")}\n`);
  let exitCode = 0;
  try {
    if (tool === "docker") {
      const broken = behaviour("docker-fails");
      if (broken !== undefined) fail(broken);
      await docker();
    } else {
      await kind();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    stderr += `${error.message}\n`;
    exitCode = 1;
  }
  return { exitCode, stderr, stdout: Buffer.concat(stdout) };

  async function docker() {
    const [command, sub] = args;
    const containers = all("containers");
    const byName = (name) => containers.find((c) => c.Id === name || c.Name === `/${name}`);
    switch (command) {
      case "ps": {
        const [key, value, label] = flag("--filter").split("=");
        for (const c of containers) {
          const matches =
            key === "label"
              ? value in c.Config.Labels &&
                (label === undefined || c.Config.Labels[value] === label)
              : Object.entries(c.NetworkSettings.Networks).some(
                  ([name, { NetworkID }]) => name === value || NetworkID === value,
                );
          if (matches) print(c.Id);
        }
        // Docker lists a container for a moment before it can be inspected.
        if (existsSync(at("behave-unsettled-once"))) {
          rmSync(at("behave-unsettled-once"));
          print("id-of-a-container-that-is-being-created");
        }
        return;
      }
      case "container": {
        const names = args.slice(2);
        print(JSON.stringify(names.map(byName).filter(Boolean)));
        const missing = names.filter((name) => !byName(name));
        if (missing.length > 0)
          fail(missing.map((name) => `Error: No such container: ${name}`).join("\n"));
        return;
      }
      case "rm":
        for (const id of args.slice(3))
          rmSync(at("containers", `${byName(id).Name.slice(1)}.json`));
        return;
      case "unpause":
        for (const id of args.slice(1)) {
          const c = byName(id);
          c.State.Paused = false;
          save("containers", c.Name.slice(1), c);
        }
        return;
      case "stop":
        for (const id of args.slice(1)) {
          const c = byName(id);
          if (c.State.Paused) fail(`Error response from daemon: Container ${id} is paused`);
          c.State.Running = false;
          save("containers", c.Name.slice(1), c);
        }
        return;
      case "cp": {
        const [name, path] = args[1].split(":");
        const c = byName(name);
        if (c === undefined) fail(`Error response from daemon: No such container: ${name}`);
        const unreadable = behaviour("cp-fails");
        if (unreadable !== undefined) fail(unreadable);
        if (path !== "/kind/linkerd-topology.json" || c.marker === undefined)
          fail(`Error response from daemon: Could not find the file ${path} in container ${name}`);
        const archive = pack();
        archive.entry({ name: "linkerd-topology.json" }, c.marker);
        archive.finalize();
        stdout.push(await buffer(archive));
        return;
      }
      case "start": {
        const failure = behaviour("start-fails");
        if (failure !== undefined) fail(failure);
        for (const [index, id] of args.slice(1).entries()) {
          const c = byName(id);
          const ids = all("networks").map(({ Id }) => Id);
          for (const { NetworkID } of Object.values(c.NetworkSettings.Networks)) {
            if (!ids.includes(NetworkID))
              fail(`Error response from daemon: network ${NetworkID} not found`);
          }
          c.State.Running = true;
          for (const endpoint of Object.values(c.NetworkSettings.Networks))
            endpoint.IPAddress =
              endpoint.fixed ??
              (behaviour("addresses-in-order") === undefined
                ? "172.30.0.9"
                : `172.30.0.${index + 2}`);
          save("containers", c.Name.slice(1), c);
        }
        return;
      }
      case "exec": {
        const rest = args.slice(1).filter((arg) => arg !== "--interactive");
        const c = byName(rest[0]);
        if (!c?.State.Running || c.State.Paused)
          fail(`Error response from daemon: Container ${rest[0]} is not running`);
        const line = rest.slice(1).join(" ");
        if (line === "cat /etc/kubernetes/admin.conf")
          print(readFileSync(at("admin.conf"), "utf8"));
        else if (line.includes("linkerd-topology.json")) {
          save("containers", c.Name.slice(1), { ...c, marker: input });
        } else if (line.includes("images import")) {
          if (behaviour("import-fails") !== undefined) fail("ctr: unrecognized image format");
          if (existsSync(at("behave-containerd-starts"))) {
            rmSync(at("behave-containerd-starts"));
            fail(
              'ctr: failed to dial "/run/containerd/containerd.sock": connect: connection refused',
            );
          }
          appendFileSync(at("imported.log"), `${rest[0]} ${input}\n`);
        } else if (line.includes("certs.d")) {
          appendFileSync(at("mirrors.log"), `${rest[0]} ${rest.at(-1)}\n${input}\n`);
        } else if (line.includes("systemctl enable")) {
          appendFileSync(at("units.log"), `${rest[0]} ${rest.at(-1)}\n${input}\n`);
        } else if (line.includes("systemctl disable")) {
          appendFileSync(at("units.log"), `${rest[0]} without ${rest.at(-1)}\n`);
        } else if (line.startsWith("ip -4 -oneline address show")) {
          print(behaviour("addresses") ?? "");
        } else if (line.startsWith("journalctl")) print("it is broken");
        else fail(`fake docker: exec ${line}`);
        return;
      }
      case "network":
        return network(sub);
      case "image": {
        const label = behaviour("node-profile");
        if (label === undefined) fail(`Error: No such image: ${args.at(-1)}`);
        return print(label);
      }
      case "context":
        if (behaviour("docker-context-fails") !== undefined)
          fail(behaviour("docker-context-fails"));
        return print(behaviour("docker-endpoint") ?? "unix:///var/run/docker.sock");
      case "info":
        return print(`${root}\tfake`);
      default:
        fail(`fake docker: ${args.join(" ")}`);
    }
  }

  function network(sub) {
    const networks = all("networks");
    if (sub === "ls") {
      if (!args.includes("--format")) return networks.forEach(({ Id }) => print(Id));
      const [, label, value] = flag("--filter").split("=");
      for (const { Id, Name, Labels } of networks) {
        if (Labels[label] === value) print(JSON.stringify({ ID: Id, Name }));
      }
      return;
    }
    if (sub === "create") {
      const labels = args.flatMap((arg, i) =>
        arg === "--label" ? [args[i + 1].split(/=(.*)/s).slice(0, 2)] : [],
      );
      const name = args.at(-1);
      if (behaviour("pool-overlaps") !== undefined && args.includes("--subnet")) {
        // Somebody else was quicker, once.
        if (existsSync(at("behave-pool-overlaps-once"))) rmSync(at("behave-pool-overlaps"));
        fail("Error: Pool overlaps with other one");
      }
      const given = (name) => (args.includes(name) ? flag(name) : undefined);
      const [subnet = "172.30.0.0/16", range] = [given("--subnet"), given("--ip-range")];
      save("networks", name, {
        Id: `id-of-${name}${subnet === "172.30.0.0/16" ? "" : `@${subnet.replaceAll("/", "_")}`}`,
        Name: name,
        Labels: Object.fromEntries(labels),
        IPAM: { Config: [{ Subnet: subnet, ...(range && { IPRange: range }) }] },
        Containers: {},
      });
      return print(`id-of-${name}`);
    }
    if (sub === "connect" || sub === "disconnect") {
      const [name, id] = args.slice(-2);
      const container = all("containers").find((c) => c.Id === id);
      const on = networks.find(({ Name }) => Name === name);
      if (on === undefined) fail(`Error response from daemon: network ${name} not found`);
      const { Networks } = container.NetworkSettings;
      if (sub === "connect" && name in Networks)
        fail(`Error response from daemon: endpoint with name ${container.Name} already exists`);
      delete Networks[name];
      if (sub === "connect") {
        const fixed = args.includes("--ip") ? flag("--ip") : undefined;
        if (fixed !== undefined && behaviour("own-subnet") !== undefined)
          fail(
            "Error response from daemon: user specified IP address is supported only when " +
              "connecting to networks with user configured subnets",
          );
        Networks[name] = {
          fixed,
          IPAddress: container.State.Running ? "172.30.0.8" : "",
          NetworkID: on.Id,
        };
      }
      return save("containers", container.Name.slice(1), container);
    }
    if (sub === "rm")
      return rmSync(at("networks", `${args[2].replace("id-of-", "").split("@")[0]}.json`));
    const names = args.slice(2);
    if (names[0] === "--format") {
      for (const n of networks)
        print(`${n.Name}\t${n.IPAM.Config.map(({ Subnet }) => Subnet).join("\t")}`);
      return;
    }
    const found = networks.find(({ Name }) => Name === names[0]);
    print(JSON.stringify(found ? [found] : []));
    if (!found) fail(`Error response from daemon: network ${names[0]} not found`);
  }

  async function kind() {
    if (args[0] === "version")
      return print(behaviour("kind-version") ?? "kind v0.33.0 go1.26.0 linux/amd64");
    const name = flag("--name");
    const config = input;
    writeFileSync(at("kind-config.yaml"), config);
    appendFileSync(at("calls.log"), `kind on ${networkName} with ${kubeconfig}\n`);
    const say = (text) => (stderr += ` • ${text} 📦  ...\n`);
    say("Preparing nodes");
    const stamp = /containerPath: (\S+)/.exec(config)[1];
    const roles = [...config.matchAll(/role: (\S+)/g)].map((match) => match[1]);
    const several = roles.filter((role) => role === "control-plane").length > 1;
    const entrance = several ? "external-load-balancer" : "control-plane";
    if (several) roles.push(entrance);
    const counts = {};
    for (const role of roles) {
      counts[role] = (counts[role] ?? 0) + 1;
      const node = `${name}-${role}${counts[role] === 1 ? "" : counts[role]}`;
      save("containers", node, {
        Id: `id-of-${node}-${++made}`,
        Name: `/${node}`,
        Config: {
          Image: "fake/node:1",
          Labels: { "io.x-k8s.kind.cluster": name, "io.x-k8s.kind.role": role },
        },
        State: { Running: true },
        Mounts:
          role === "external-load-balancer"
            ? []
            : [{ Destination: "/var" }, { Destination: stamp }],
        HostConfig: {
          PortBindings:
            role === entrance
              ? {
                  "6443/tcp": [
                    { HostIp: "127.0.0.1", HostPort: readFileSync(at("api-port"), "utf8") },
                  ],
                }
              : {},
        },
        NetworkSettings: {
          Networks: {
            [networkName]: { IPAddress: "172.30.0.2", NetworkID: `id-of-${networkName}` },
          },
        },
      });
    }
    say("Writing configuration");
    say("Starting control-plane");
    const failure = behaviour("kind-fails");
    if (failure !== undefined) {
      // A failure that passes: the next try goes well.
      if (existsSync(at("behave-kind-fails-once"))) rmSync(at("behave-kind-fails"));
      fail(failure);
    }
    if (behaviour("kind-hangs") !== undefined) {
      writeFileSync(at("kind-is-hanging"), "");
      await new Promise(() => undefined);
    }
    writeFileSync(flag("--kubeconfig"), "what kind writes");
    say("Installing StorageClass");
  }
}
