// What `require` of the folder itself loads: Pulumi's host for Node.js, where PulumiPlugin.yaml makes a checkout a plugin.
// Whoever requires or imports the package by its name gets what "exports" of package.json names.
"use strict";
const isHost = /[\\/]cmd[\\/]run-plugin[\\/]/.test(process.argv[1] ?? "");
module.exports = isHost ? require("./plugin/start.cjs") : require("./dist/library.cjs");
