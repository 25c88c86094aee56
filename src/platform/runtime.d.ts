// What Cloudflare's runtime has beside the web's own, as far as the Worker's JavaScript uses it. For tsc alone.

declare module "cloudflare:workers" {
  export class DurableObject {
    constructor(ctx: any, env: any);
    ctx: any;
    env: any;
  }
}

declare class WebSocketPair {
  0: any;
  1: any;
}

declare class WebSocketRequestResponsePair {
  constructor(request: string, response: string);
}

interface ResponseInit {
  webSocket?: any;
}
