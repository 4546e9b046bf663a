// Runs a TypeScript file of this project: node scripts/bootstrap.mjs FILE [ARGS...]
//
// This is plain JavaScript without packages, because it must run on any Node.js before anything is installed.
// It installs the node modules if they are missing or out of date. Then it starts FILE with the Node.js that
// came with them, or with this one if npm has none for this machine.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { withFileLock } from "../toolchain/file-lock.mjs";
import { isPromised, refusal } from "../toolchain/node-version.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const ownNode = path.join(root, "node_modules", ".bin", "node");

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * How the installed modules differ from package-lock.json, or undefined. npm writes
 * node_modules/.package-lock.json last, so this also notices an interrupted installation.
 */
function outOfDate() {
  const wanted = readJson(path.join(root, "package-lock.json"))?.packages;
  if (wanted === undefined) return "package-lock.json is missing or unreadable";
  const installed = readJson(path.join(root, "node_modules", ".package-lock.json"))?.packages;
  if (installed === undefined) return "the node modules are not installed";
  for (const [name, entry] of Object.entries(wanted)) {
    // "" is the project itself. Entries outside node_modules are links into the repository.
    if (!name.startsWith("node_modules/")) continue;
    const have = installed[name];
    const there = have !== undefined && existsSync(path.join(root, name));
    if (!there) {
      // An optional module for another platform is missing here.
      if (have === undefined && (entry.optional || entry.devOptional || entry.peer)) continue;
      return `${name.slice("node_modules/".length)} is not installed`;
    }
    if (have.version !== entry.version || have.integrity !== entry.integrity) {
      return `${name.slice("node_modules/".length)} is installed in another version`;
    }
  }
  return undefined;
}

/** Runs `action` while no other process does so for this directory, not even in another container. */
async function alone(action) {
  // Not in node_modules, which `npm ci` removes.
  const lock = path.join(root, ".installing");
  let told = false;
  const onWait = () => {
    if (!told) process.stderr.write("another process is installing the node modules, waiting\n");
    told = true;
  };
  return withFileLock(
    lock,
    { holder: `process ${process.pid} on ${os.hostname()}`, onWait },
    action,
  );
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    const pass = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, pass);
    const done = () => signals.forEach((signal) => process.off(signal, pass));
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      done();
      resolve({ code, signal });
    });
  });
}

async function install(reason) {
  const started = Date.now();
  process.stderr.write(`installing the node modules (${reason}) ...\n`);
  // Under `npm run`, node_modules/.bin is first on PATH, and `npm ci` removes that directory. So npm must run
  // on the Node.js that started it.
  const npmNode = process.env.npm_node_execpath;
  const npmCli = process.env.npm_execpath;
  const direct = npmNode && npmCli && existsSync(npmNode) && existsSync(npmCli);
  const args = [
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--include=dev",
    "--loglevel=error",
  ];
  // The output of FILE may be for a program, as that of a plugin is.
  const options = { cwd: root, stdio: ["inherit", 2, 2] };
  const { code, signal } = direct
    ? await run(npmNode, [npmCli, ...args], options)
    : await run("npm", args, options);
  if (code !== 0) {
    process.stderr.write(
      `npm ci failed (${signal ?? `exit code ${code}`}) in ${root}; its message stands above. ` +
        "Without a reachable npm registry, install the modules by hand with `npm ci` and run this again.\n",
    );
    process.exit(code ?? 1);
  }
  process.stderr.write(
    `node modules installed in ${((Date.now() - started) / 1000).toFixed(0)} s\n`,
  );
}

/** The directory of Node.js' compile cache, which makes every command start half a second sooner. */
function compileCache() {
  const { NODE_COMPILE_CACHE: given, LINKERD_TOPOLOGY_CACHE: own } = process.env;
  if (given) return given;
  const shared = process.env.XDG_CACHE_HOME;
  const cache = own || path.join(shared || path.join(os.homedir(), ".cache"), "linkerd-topology");
  return path.join(cache, "node-compile");
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node scripts/bootstrap.mjs FILE [ARGS...]\n");
  process.exit(2);
}

if (!isPromised(process.versions.node)) {
  process.stderr.write(`${refusal(process.versions.node)}\n`);
  process.exit(1);
}
if (outOfDate() !== undefined) {
  await alone(async () => {
    // Another process may have installed them while this one waited.
    const reason = outOfDate();
    if (reason !== undefined) await install(reason);
  });
}

// The Node.js that came with the modules strips types by itself; any other one gets hooks for it.
const node = existsSync(ownNode) ? ownNode : process.execPath;
const stripTypes = path.join(root, "scripts", "strip-types.mjs");
const nodePath = [path.dirname(node), process.env.PATH].filter(Boolean).join(path.delimiter);
const { code, signal } = await run(node, ["--import", stripTypes, path.join(root, file), ...args], {
  env: { ...process.env, PATH: nodePath, NODE_COMPILE_CACHE: compileCache() },
});
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = code ?? 1;
