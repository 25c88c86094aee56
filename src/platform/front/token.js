// A token's signature, verified by the runtime's own cryptography.

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

export const keyOf = (bytes) => crypto.subtle.importKey("raw", bytes, HMAC, false, ["verify"]);
export const isGenuine = (key, signature, signed) =>
  crypto.subtle.verify(HMAC, key, signature, encoder.encode(signed));

/** Secrets as the runtime takes them. There are two at most, which stay the same as long as the isolate lives. */
const keys = new Map();

export class Proof {
  constructor(signed, signature, ...secrets) {
    this.signed = signed;
    this.signature = signature.slice(); // it is a look into the memory of Rust, which goes on meanwhile
    this.secrets = secrets.filter(Boolean);
  }

  /** Whether the signature was made with one of the secrets. */
  async isGenuine() {
    for (const secret of this.secrets) {
      let key = keys.get(secret);
      if (!key) {
        key = await keyOf(encoder.encode(secret));
        keys.set(secret, key);
      }
      if (await isGenuine(key, this.signature, this.signed)) return true;
    }
    return false;
  }
}
