// What Pulumi's host for policy packs loads, by `require`. The policies are an ES module.
"use strict";
const { existsSync } = require("node:fs");
const path = require("node:path");

/** The SDK for policies is an optional peer of the package. */
function policySdk() {
  try {
    return require("@pulumi/policy");
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(
      "the policy pack of linkerd-topology needs the module @pulumi/policy beside the package: run " +
        "`npm install --save-dev @pulumi/policy` in the project",
      { cause: error },
    );
  }
}

module.exports = async () => {
  const { PolicyPack } = policySdk();
  // A checkout has the source beside this file, the package what was compiled from it.
  const source = path.join(__dirname, "policies.ts");
  const compiled = path.join(__dirname, "../dist/policy-pack/policies.js");
  const { topologyPolicies } = await import(existsSync(source) ? source : compiled);
  // The class reads the pack's version from the current directory.
  process.chdir(__dirname);
  new PolicyPack("linkerd-topology", { policies: topologyPolicies });
};
