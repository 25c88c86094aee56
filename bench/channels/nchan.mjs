// nchan in nginx, from Debian's packages: used where they are installed, and never installed by the run.
import fs from "node:fs";
import path from "node:path";
import { which } from "../../scripts/lib.mjs";
import { Unavailable } from "../lib/unavailable.mjs";
import { NCHAN } from "./requests.mjs";

const MODULES = [
  "/usr/lib/nginx/modules/ngx_nchan_module.so",
  "/usr/share/nginx/modules/ngx_nchan_module.so",
];

const config = (port, module, folder) => `
load_module ${module};
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    location = /ready {
      return 204;
    }
    location = / {
      nchan_pubsub;
      nchan_channel_id bench;
      nchan_message_buffer_length 20000;
      nchan_subscriber_first_message newest;
    }
    location ~ ^/(many-\\d+)$ {
      nchan_pubsub;
      nchan_channel_id $1;
    }
  }
}
`;

export const nchan = {
  title: "nchan, in memory",
  requests: NCHAN,
  async prepare() {
    const nginx = which("nginx") ?? ["/usr/sbin/nginx"].find((file) => fs.existsSync(file));
    const module = MODULES.find((file) => fs.existsSync(file));
    if (!nginx || !module) {
      throw new Unavailable(
        "nginx with nchan is not installed. On Debian or Ubuntu, as root: apt-get install libnginx-mod-nchan",
      );
    }
    return {
      start(port, folder) {
        const file = path.join(folder, "nginx.conf");
        fs.writeFileSync(file, config(port, module, folder));
        return [nginx, ["-c", file, "-p", folder], {}];
      },
    };
  },
};
