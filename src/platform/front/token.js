// A token's signature, verified by the runtime's own cryptography.

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

/** Secrets as the runtime takes them. There are two at most, which stay the same as long as the isolate lives. */
const made = new Map();

async function keyOf(secret) {
  let key = made.get(secret);
  if (!key) {
    key = await crypto.subtle.importKey("raw", encoder.encode(secret), HMAC, false, ["verify"]);
    made.set(secret, key);
  }
  return key;
}

export class Proof {
  constructor(signed, signature, secrets) {
    this.signed = signed;
    this.signature = signature;
    this.secrets = secrets;
  }

  /** Whether the signature was made with one of the secrets. */
  async isGenuine() {
    const bytes = encoder.encode(this.signed);
    for (const secret of this.secrets) {
      if (await crypto.subtle.verify(HMAC, await keyOf(secret), this.signature, bytes)) return true;
    }
    return false;
  }
}
