// PostGraphile as its documentation sets it up for production: one process, and the settings of each request's tenant.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const [port, poolSize, connectionString] = process.argv.slice(2);

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString,
      schemas: ["public", "benchmark"],
      pubsub: false,
      poolConfig: { max: Number(poolSize) },
    }),
  ],
  grafast: {
    context(request, args) {
      const headers = request.node?.req.headers ?? {};
      return {
        ...args.contextValue,
        pgSettings: {
          "app.tenant": headers["x-tenant"],
          "app.member": headers["x-member"],
          "app.language": "en",
        },
      };
    },
    explain: false,
  },
  // Short lists as lists, as ours are.
  schema: { defaultBehavior: "+connection +list" },
  grafserv: { watch: false, graphiql: false, websockets: false },
};

const server = createServer();
server.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
const instance = postgraphile(preset).createServ(grafserv);
await instance.ready();
await instance.addTo(server);
server.listen(Number(port), "127.0.0.1");
