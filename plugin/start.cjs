// What Pulumi's host for Node.js loads, by `require` and in its own process. The plugin has a process of its own: it is an
// ES module, and it may need another Node.js.
"use strict";
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");

// A checkout first installs the modules that it needs.
const command = existsSync(path.join(__dirname, "main.ts"))
  ? [process.execPath, path.join(__dirname, "../scripts/bootstrap.mjs"), "plugin/main.ts"]
  : [path.join(__dirname, "../providers/mesh/pulumi-resource-linkerd-topology")];
const [file, ...args] = command;
const plugin = spawn(file, [...args, ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => plugin.kill(signal));
plugin.on("error", (error) => {
  process.stderr.write(`the provider plugin linkerd-topology doesn't start: ${error.message}\n`);
  process.exit(1);
});
plugin.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
