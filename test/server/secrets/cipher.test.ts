import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { OperatorError } from "../../../server/operator-error.ts";
import { createCipher, loadSecretKey } from "../../../server/secrets/cipher.ts";
import { temporaryFolder } from "../../support/start-server.ts";

const cipher = createCipher(randomBytes(32));
const text = fc.string({ unit: "binary" });

test("what was encrypted is decrypted to the same text", () => {
  fc.assert(
    fc.property(text, text, (secret, context) => cipher.decrypt(cipher.encrypt(secret, context), context) === secret),
  );
});

test("a text never looks the same twice, and never like itself", () => {
  const secret = randomBytes(20).toString("hex");
  const [one, two] = [cipher.encrypt(secret, "user"), cipher.encrypt(secret, "user")];
  assert.notEqual(one, two);
  assert.ok(!Buffer.from(one, "base64").includes(secret));
});

test("another context or another key does not decrypt", () => {
  const sealed = cipher.encrypt("secret", "user 1");
  assert.throws(() => cipher.decrypt(sealed, "user 2"));
  assert.throws(() => cipher.decrypt(sealed, ""));
  assert.throws(() => createCipher(randomBytes(32)).decrypt(sealed, "user 1"));
});

test("a text that has been changed in any bit, or cut, does not decrypt", () => {
  const sealed = Buffer.from(cipher.encrypt("secret", "user"), "base64");
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.throws(() => cipher.decrypt(changed.toString("base64"), "user"), `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length += 1) {
    assert.throws(() => cipher.decrypt(sealed.subarray(0, length).toString("base64"), "user"), `${length} bytes`);
  }
});

test("the key file is made once, for its owner alone, and holds the key", async (t) => {
  const folder = await temporaryFolder(t);
  const key = await loadSecretKey(undefined, folder);
  assert.equal(key.length, 32);
  const file = join(folder, "secret.key");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal(await readFile(file, "utf8"), key.toString("hex"));
  assert.deepEqual(await loadSecretKey(undefined, folder), key);
});

test("a configured key is used, and no file made", async (t) => {
  const folder = await temporaryFolder(t);
  const configured = randomBytes(32);
  assert.deepEqual(await loadSecretKey(configured.toString("hex"), folder), configured);
  await assert.rejects(stat(join(folder, "secret.key")), { code: "ENOENT" });
});

test("several starts at once make one key", async (t) => {
  const folder = await temporaryFolder(t);
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadSecretKey(undefined, folder)));
  assert.equal(new Set(keys.map((key) => key.toString("hex"))).size, 1);
});

for (const content of ["", "not a key", "0".repeat(63), "0".repeat(66), `${"0".repeat(64)}zz`]) {
  test(`a key file that holds ${JSON.stringify(content.slice(0, 20))} (${content.length}) is refused, and left as it is`, async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, "secret.key");
    await writeFile(file, content);
    await assert.rejects(loadSecretKey(undefined, folder), (error) => {
      assert.ok(error instanceof OperatorError);
      assert.match(error.message, /secret\.key does not hold a key .* Fix: /);
      return true;
    });
    assert.equal(await readFile(file, "utf8"), content);
  });
}
