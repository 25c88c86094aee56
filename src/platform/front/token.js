// A token's signature, verified by the runtime's own cryptography.

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

export const keyOf = (bytes) => crypto.subtle.importKey("raw", bytes, HMAC, false, ["verify"]);
export const isGenuine = (key, signature, signed) =>
  crypto.subtle.verify(HMAC, key, signature, encoder.encode(signed));

/** Secrets as the runtime takes them. There are two at most, which stay the same as long as the isolate lives. */
const keys = new Map();

/** Puts into a plan until when a token is good, and `prove()`: whether one of the secrets has signed it. */
export function needsProof(plan, until, signed, signature, ...secrets) {
  const own = signature.slice(); // what came is a look into the memory of Rust, which goes on meanwhile
  plan.until = until;
  plan.prove = async () => {
    for (const secret of secrets) {
      if (!secret) continue;
      let key = keys.get(secret);
      if (!key) {
        key = await keyOf(encoder.encode(secret));
        keys.set(secret, key);
      }
      if (await isGenuine(key, own, signed)) return true;
    }
    return false;
  };
}
