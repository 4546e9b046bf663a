import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyStack } from "../../environments/verify.ts";
import { renderVerification } from "../../verification/index.ts";
import type { TestEnvironment } from "./environment.ts";

/**
 * Declares the tests that `verify` proves a mesh that is up, and that another `up` changes nothing of it.
 *
 * @param environment asked when a test begins
 */
export function testProvedAndUnchanged(environment: () => TestEnvironment): void {
  test("verify proves the mesh, with traffic where there is a data plane", async (context) => {
    const verification = await verifyStack(environment().request());
    assert.ok(verification.proved, renderVerification(verification));
    const passed = verification.results.filter(({ state }) => state === "passed").length;
    context.diagnostic(`${passed} of ${verification.results.length} checks passed`);
  });

  test("a second up changes nothing", async () => {
    assert.deepEqual(Object.keys((await environment().up()).changes), ["same"]);
  });
}
